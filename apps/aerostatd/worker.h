// Worker: one thread for what may wait for a disk, so that the reactor does not. One job after the other.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace aerostat {

class Worker {
 public:
  // Finishes what it was given.
  ~Worker();
  // `job` must not throw, and may touch only what nobody else uses meanwhile.
  void run(std::function<void()> job);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<std::function<void()>> jobs_;
  bool over_ = false;
  std::thread thread_;  // begins with the first job
};

}  // namespace aerostat
