// Files of /proc and /sys under an injectable root: kept open and read again, or read and written once.
// No allocation: the agent must work when the guest has no memory left.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace aerostat::agent {

// A path under the root, cut at the system's limit. Root "" or "/" is the real system.
class Path {
 public:
  Path(std::string_view root, std::string_view rest);
  const char* c_str() const { return text_.data(); }

 private:
  std::array<char, 512> text_{};
};

// A file that is read repeatedly: opened once, then only pread.
class KeptFile {
 public:
  // What the kernel hands out as one piece: a line, or more than that.
  enum class Records { Lines, Long };
  KeptFile(std::string_view root, std::string_view path, Records records = Records::Lines);
  ~KeptFile();
  KeptFile(const KeptFile&) = delete;
  KeptFile& operator=(const KeptFile&) = delete;

  bool opened() const { return fd_ >= 0; }
  // The whole file, up to `room` bytes, into `buffer`. Empty if it cannot be read.
  std::string_view read(char* buffer, std::size_t room) const;

 private:
  int fd_ = -1;
  Records records_;
};

// The first bytes of a small file without its last newline, or empty.
std::string_view read_small(const char* path, char* buffer, std::size_t room);
// 0, or errno.
int write_small(const char* path, std::string_view value);

// A system setting that is changed while the agent runs and restored afterwards.
class Setting {
 public:
  Setting(std::string_view root, std::string_view path) : path_(root, path) {}
  bool exists() const;
  bool is(std::string_view value) const;
  // 0 or errno. The value before the first change is remembered. An equal value is left alone.
  int set(std::string_view value);
  // Restores the old value, unless something else has changed it since.
  void restore();
  bool changed() const { return changed_; }

 private:
  Path path_;
  std::array<char, 64> before_{}, ours_{};
  bool changed_ = false;
};

}  // namespace aerostat::agent
