// Gzip: compresses text piece by piece. Holds only input that it has not handed out yet.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace aerostat {

class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(Gzip&&) noexcept;
  Gzip& operator=(Gzip&&) noexcept;

  // The output so far; often nothing. `flush`: everything up to here can be decompressed from it.
  std::string add(std::string_view text, bool flush = false);
  // The rest, and the end of the file.
  std::string finish();

 private:
  std::string run(std::string_view text, int how);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aerostat
