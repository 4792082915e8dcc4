#include "agent/linux/compactor.h"

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

namespace aerostat::agent {

namespace {

// mlockall() pins a thread's whole stack; one write(2) needs little.
constexpr std::size_t kStack = std::size_t{64} * 1024;

}  // namespace

Compactor::Compactor(std::string_view root)
    : path_(root, "/proc/sys/vm/compact_memory"), done_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Compactor::~Compactor() {
  // A thread inside the kernel cannot be hurried. The process is about to end, so leave it.
  if (running_) pthread_detach(thread_);
}

bool Compactor::possible() const { return done_fd_ >= 0 && ::access(path_.c_str(), W_OK) == 0; }

void Compactor::start(std::int64_t id) {
  if (running_) {
    again_ = true;
    again_id_ = id;
    return;
  }
  launch(id);
}

void Compactor::launch(std::int64_t id) {
  id_ = id;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStack);
  const int error = pthread_create(&thread_, &attributes, run, this);
  pthread_attr_destroy(&attributes);
  running_ = error == 0;
  if (running_) return;
  error_ = error;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t put = ::write(done_fd_, &one, sizeof one);
}

void* Compactor::run(void* self) {
  Compactor& me = *static_cast<Compactor*>(self);
  ::setpriority(PRIO_PROCESS, 0,
                5);  // on Linux: this thread only; compaction must not outrun the guest's work
  me.error_ = write_small(me.path_.c_str(), "1");
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t put = ::write(me.done_fd_, &one, sizeof one);
  return nullptr;
}

Compactor::Done Compactor::take() {
  std::uint64_t count = 0;
  if (::read(done_fd_, &count, sizeof count) <= 0) return {};
  if (running_) pthread_join(thread_, nullptr);
  running_ = false;
  const Done done{true, id_, error_.load()};
  if (again_) {
    again_ = false;
    launch(again_id_);
  }
  return done;
}

}  // namespace aerostat::agent
