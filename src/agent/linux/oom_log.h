// OomLog: which programs the kernel killed for want of memory, from its log. /proc/vmstat counts all of them;
// only the log tells those that died in a group that had used up its own limit (a container) from those that
// died because the whole machine was out of memory.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace aerostat::agent {

class OomLog {
 public:
  explicit OomLog(std::string_view root);
  ~OomLog();
  OomLog(const OomLog&) = delete;
  OomLog& operator=(const OomLog&) = delete;

  // Takes in what the kernel has said since. Never blocks.
  void read();
  // Killed in groups at their limit, as far back as the log goes. Missing: the log cannot be read.
  std::optional<std::int64_t> in_limits() const;

 private:
  int fd_ = -1;
  std::int64_t in_limits_ = 0;
  // One record, the longest that the kernel makes.
  std::array<char, 8192> buffer_{};
};

// How many of the records in `text` tell of such a kill.
int kills_in_limits(std::string_view text);

}  // namespace aerostat::agent
