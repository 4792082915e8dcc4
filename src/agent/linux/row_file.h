// RowFile: the file of a recording. Each line goes to the system as a whole and at once. However the program
// ends, the file ends with a complete line. Does not overwrite an existing file unless told to.
#pragma once

#include <cstdint>
#include <string_view>

namespace aerostat::agent {

class RowFile {
 public:
  RowFile() = default;
  ~RowFile();
  RowFile(const RowFile&) = delete;
  RowFile& operator=(const RowFile&) = delete;

  // 0 or errno. "-": standard output.
  int open(const char* path, bool force);
  // 0 or errno. A line that could not be written completely is removed again where possible.
  int write(std::string_view line);

 private:
  int fd_ = -1;
  bool ours_ = false;     // opened here, so closed here
  bool regular_ = false;  // can be truncated
};

}  // namespace aerostat::agent
