#include "files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace workload {

namespace {

constexpr std::size_t kChunk = 65536;  // bytes of one read

std::vector<std::string> names_in(const char* folder) {
  std::vector<std::string> names;
  DIR* listing = ::opendir(folder);
  if (listing == nullptr) return names;
  while (const dirent* entry = ::readdir(listing)) names.push_back(std::string(folder) + "/" + entry->d_name);
  ::closedir(listing);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

FileSet::FileSet(const char* folder, std::int64_t bytes) {
  for (const std::string& name : names_in(folder)) {
    if (size_ >= bytes) return;
    struct stat about{};
    if (::stat(name.c_str(), &about) != 0 || !S_ISREG(about.st_mode) || about.st_size == 0) continue;
    const int fd = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    files_.push_back({fd, std::min<std::int64_t>(about.st_size, bytes - size_)});
    size_ += files_.back().bytes;
  }
}

FileSet::~FileSet() {
  for (const File& file : files_) ::close(file.fd);
}

std::int64_t FileSet::read(std::int64_t from, std::int64_t bytes) {
  static std::array<char, kChunk> buffer;
  for (const File& file : files_) {
    if (from >= file.bytes) {
      from -= file.bytes;
      continue;
    }
    const auto most = std::min({bytes, file.bytes - from, static_cast<std::int64_t>(buffer.size())});
    return ::pread(file.fd, buffer.data(), static_cast<std::size_t>(most), from);
  }
  return 0;
}

}  // namespace workload
