#include "pause_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace aerostat {

std::optional<WallTime> PauseFile::since() const {
  struct stat about{};
  if (::stat(path_.c_str(), &about) != 0) return std::nullopt;
  return std::chrono::system_clock::from_time_t(about.st_mtime);
}

Result<void> PauseFile::keep(bool paused) const {
  errno = 0;
  if (!paused) {
    if (::unlink(path_.c_str()) == 0 || errno == ENOENT) return {};
    return fail(Error::Kind::Unavailable,
                fmt::format("{} cannot be removed: {}; aerostatd will be paused again when it is restarted",
                            path_, std::strerror(errno)));
  }
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  errno = 0;
  std::ofstream file(path_, std::ios::trunc);
  file << "aerostatd was paused. `aerostat resume` ends that, and removes this file.\n";
  file.close();
  if (file) return {};
  return fail(Error::Kind::Unavailable,
              fmt::format("{} cannot be written: {}; the pause ends when aerostatd is restarted", path_,
                          std::strerror(errno)));
}

}  // namespace aerostat
