// FileSet: the files of one folder, read one after another as if they were one. They fill the real page
// cache.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace workload {

class FileSet {
 public:
  // The files of `folder` in the order of their names, up to `bytes` in total.
  FileSet(const char* folder, std::int64_t bytes);
  FileSet(const FileSet&) = delete;
  FileSet& operator=(const FileSet&) = delete;
  ~FileSet();

  std::int64_t size() const { return size_; }
  // Reads up to `bytes` from position `from`; returns how many there were, or -1 with errno set.
  std::int64_t read(std::int64_t from, std::int64_t bytes);

 private:
  struct File {
    int fd;
    std::int64_t bytes;
  };

  std::vector<File> files_;
  std::int64_t size_ = 0;
};

}  // namespace workload
