// ListeningSocket: the daemon's unix socket file. It is created for the owner only and opened to others when
// its group is right, before anybody can connect: at no time is it wider than asked. The file of a dead
// daemon is replaced; one that a living daemon answers on, or that is no socket, is left alone and named in
// the error. Removed at the end if still ours.
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

  // Hands the descriptor over (non-blocking, listening); the file is still looked after here.
  int release();
  gid_t group() const { return group_; }

 private:
  ListeningSocket() = default;
  std::string path_;
  int fd_ = -1;
  int lock_ = -1;  // held while we live: who has it owns the path
  dev_t device_ = 0;
  ino_t inode_ = 0;
  gid_t group_ = 0;
};

}  // namespace aerostat
