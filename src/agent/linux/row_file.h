// RowFile: a recording as it is written: whole lines only, each handed to the system at once, so that
// whatever ends the program leaves a file that ends with a whole line. Nothing is buffered. Refuses to write
// over a file that exists unless told to.
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
  // 0 or errno. A line that could not be written whole is taken out again where that is possible.
  int write(std::string_view line);

 private:
  int fd_ = -1;
  bool ours_ = false;     // opened here, so closed here
  bool regular_ = false;  // can be cut back
};

}  // namespace aerostat::agent
