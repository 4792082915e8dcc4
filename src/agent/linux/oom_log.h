// OomLog: which programs the kernel killed for lack of memory, from its log. /proc/vmstat counts all of them.
// Only the log distinguishes kills in a group at its own limit (a container) from kills because the whole
// machine was out of memory.
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

  // Reads the new records of the kernel. Never blocks.
  void read();
  // Kills in groups at their limit, as far back as the log goes. Missing: the log cannot be read.
  std::optional<std::int64_t> in_limits() const;

 private:
  int fd_ = -1;
  std::int64_t in_limits_ = 0;
  // The longest record of the kernel.
  std::array<char, 8192> buffer_{};
};

// How many records in `text` report such a kill.
int kills_in_limits(std::string_view text);

}  // namespace aerostat::agent
