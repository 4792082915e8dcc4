// TemporaryFolder: for tests. A fresh folder with a path short enough for sockets; removed with all that is
// in it.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/check.h"

namespace aerostat {

class TemporaryFolder {
 public:
  TemporaryFolder() { AEROSTAT_CHECK(::mkdtemp(path_.data()) != nullptr, "a temporary folder can be made"); }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/aerostat-XXXXXX";
};

}  // namespace aerostat
