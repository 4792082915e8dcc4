// Progress: a bar on standard error during long work; only on a terminal, and removed afterwards.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

namespace aerostat {

class Progress {
 public:
  Progress(std::ostream& err, bool terminal) : err_(err), terminal_(terminal) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  // `done` from 0 to 1. Redrawn only when it looks different.
  void show(double done, std::string_view what);
  void clear();

 private:
  std::ostream& err_;
  bool terminal_;
  std::string drawn_;
};

}  // namespace aerostat
