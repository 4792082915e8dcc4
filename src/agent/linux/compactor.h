// Compactor: asks the kernel to compact memory, in a thread of its own, because that can take seconds and the
// agent must go on sampling. One at a time. A request during another one causes another round.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <string_view>

#include "agent/linux/system_file.h"

namespace aerostat::agent {

class Compactor {
 public:
  explicit Compactor(std::string_view root);
  ~Compactor();
  Compactor(const Compactor&) = delete;
  Compactor& operator=(const Compactor&) = delete;

  bool possible() const;
  void start(std::int64_t id);
  // Becomes readable when a round has ended.
  int fd() const { return done_fd_; }
  struct Done {
    bool any = false;
    std::int64_t id = 0;
    int error = 0;
  };
  // Call when fd() is readable.
  Done take();

 private:
  static void* run(void* self);
  void launch(std::int64_t id);

  Path path_;
  int done_fd_ = -1;
  pthread_t thread_{};
  bool running_ = false;
  std::int64_t id_ = 0;
  std::atomic<int> error_{0};
  bool again_ = false;
  std::int64_t again_id_ = 0;
};

}  // namespace aerostat::agent
