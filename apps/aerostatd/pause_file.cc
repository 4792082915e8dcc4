#include "pause_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/own_file.h"

namespace aerostat {

// Whatever has the name, even a link that leads nowhere, keeps the daemon from moving memory: its owner may
// have meant that.
std::optional<WallTime> PauseFile::since() const {
  struct stat about{};
  if (::lstat(path_.c_str(), &about) != 0) return std::nullopt;
  return std::chrono::system_clock::from_time_t(about.st_mtime);
}

Result<void> PauseFile::keep(bool paused) const {
  if (!paused) {
    if (::unlink(path_.c_str()) == 0 || errno == ENOENT) return {};
    return fail(Error::Kind::Unavailable,
                fmt::format("{} cannot be removed: {}; aerostatd will be paused again when it is restarted",
                            path_, std::strerror(errno)));
  }
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  const auto fault =
      replace_own_file(path_, "aerostatd was paused. `aerostat resume` ends that, and removes this file.\n",
                       0644, Durable::No);
  if (!fault) return {};
  return fail(Error::Kind::Unavailable,
              fmt::format("{} cannot be written: {}; the pause ends when aerostatd is restarted", fault->path,
                          std::strerror(fault->code)));
}

}  // namespace aerostat
