// ListeningSocket: the daemon's unix socket file. It is created for the owner only and opened to others once
// its group is right, before anyone can connect: it is never more accessible than requested. The file of a
// dead daemon is replaced. A socket on which a living daemon answers, or a file that is no socket, is left
// alone and named in the error. The file is removed at the end if it is still ours.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/result.h"

namespace aerostat {

class ListeningSocket {
 public:
  static Result<ListeningSocket> open(const std::string& path, mode_t mode,
                                      const std::optional<std::string>& group);
  ListeningSocket(ListeningSocket&& other) noexcept;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  // Hands over the descriptor (non-blocking, listening). This object still manages the file.
  int release();
  gid_t group() const { return group_; }

 private:
  ListeningSocket() = default;
  std::string path_;
  int fd_ = -1;
  int lock_ = -1;  // held while we live: its holder owns the path
  dev_t device_ = 0;
  ino_t inode_ = 0;
  gid_t group_ = 0;
};

}  // namespace aerostat
