// The held book as a small text file in the runtime directory: one line a process, "PID STARTED BYTES NAME",
// with 0 for a start that is not known. Replaced as a whole, and only when something in it is new. It
// survives the daemon, not the host: a process of another boot does not match.
#pragma once

#include <string>

#include "control/ports.h"

namespace aerostat {

class HeldFile final : public HeldBook {
 public:
  // Reads what an earlier daemon left. A missing or damaged file is an empty book.
  explicit HeldFile(const std::string& directory);
  void remember(const All& all) override;
  All recall() const override { return earlier_; }

 private:
  std::string path_;
  All earlier_;
  std::optional<std::string> written_;  // the file, since this daemon wrote it
  bool complained_ = false;
};

}  // namespace aerostat
