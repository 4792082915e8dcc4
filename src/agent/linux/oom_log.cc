#include "agent/linux/oom_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "agent/linux/proc_words.h"
#include "agent/linux/system_file.h"

namespace aerostat::agent {

// "3,812,94021,-;Memory cgroup out of memory: Killed process 512 (python3) …". Text that programs write into
// the log has another facility in its first number, 8 or more: they cannot fake a kill.
int kills_in_limits(std::string_view text) {
  constexpr std::string_view kKilled = "Memory cgroup out of memory: Killed process ";
  int kills = 0;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t end = line.find(';');
    if (end == std::string_view::npos || !line.substr(end + 1).starts_with(kKilled)) continue;
    const std::optional<std::int64_t> priority = whole(line.substr(0, line.find(',')));
    if (priority && *priority < 8) ++kills;
  }
  return kills;
}

OomLog::OomLog(std::string_view root)
    : fd_(::open(Path(root, "/dev/kmsg").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {}

OomLog::~OomLog() {
  if (fd_ >= 0) ::close(fd_);
}

void OomLog::read() {
  while (fd_ >= 0) {
    const ssize_t got = ::read(fd_, buffer_.data(), buffer_.size());
    // EPIPE: records were overwritten before they were read. The next read continues after them.
    if (got < 0 && (errno == EINTR || errno == EPIPE)) continue;
    if (got <= 0) return;
    in_limits_ += kills_in_limits({buffer_.data(), static_cast<std::size_t>(got)});
  }
}

std::optional<std::int64_t> OomLog::in_limits() const {
  return fd_ < 0 ? std::nullopt : std::optional(in_limits_);
}

}  // namespace aerostat::agent
