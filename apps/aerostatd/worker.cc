#include "worker.h"

#include <csignal>
#include <utility>

namespace aerostat {

Worker::~Worker() {
  {
    const std::lock_guard held(mutex_);
    over_ = true;
  }
  news_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Worker::run(std::function<void()> job) {
  {
    const std::lock_guard held(mutex_);
    jobs_.push_back(std::move(job));
  }
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  news_.notify_one();
}

void Worker::work() {
  // Signals are the reactor's.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  std::unique_lock held(mutex_);
  while (true) {
    news_.wait(held, [this] { return over_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    held.unlock();
    job();
    held.lock();
  }
}

}  // namespace aerostat
