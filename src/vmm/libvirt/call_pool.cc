#include "vmm/libvirt/call_pool.h"

#include <boost/asio/post.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "reactor/timer.h"

namespace aerostat {

namespace {

constexpr auto kLeaveWithin = std::chrono::milliseconds(500);

}  // namespace

Result<virConnectPtr> LibvirtSession::connection(const std::string& uri) {
  const auto found = open_.find(uri);
  if (found != open_.end() && api.virConnectIsAlive(found->second.get()) == 1) return found->second.get();
  if (found != open_.end()) open_.erase(found);
  Result<LibvirtConnection> opened = libvirt_open(api, uri);
  if (!opened) return fail(std::move(opened.error()));
  // Not every driver has it, and without it only a broken connection shows later.
  api.virConnectSetKeepAlive(opened->get(), kKeepAliveSeconds, kKeepAliveCount);
  return (open_[uri] = *std::move(opened)).get();
}

namespace {

// The reactor's end of a call. Only the timer's handler owns it: a thread that stays behind must not.
struct Ticket {
  Ticket(boost::asio::io_context& io, const Clock& clock, std::function<void(bool)> told)
      : done(std::move(told)), timer(io, clock) {}
  std::function<void(bool)> done;
  Timer timer;
};

}  // namespace

struct CallPool::Job {
  Call call;
  TimePoint due;
  std::weak_ptr<Ticket> ticket;
};

struct CallPool::Shared {
  std::mutex mutex;
  std::condition_variable work_there, thread_left;
  // Guarded by the mutex.
  std::map<std::string, std::deque<std::shared_ptr<Job>>> waiting;
  std::deque<std::string> ready;  // keys with a call that may begin
  std::set<std::string> busy;
  std::size_t threads = 0, idle = 0;
  std::size_t most = 0;
  bool ends = false;
  boost::asio::io_context* io = nullptr;  // not to be used once it ends
  // Constant.
  std::shared_ptr<const LibvirtApi> api;
  const Clock* clock = nullptr;  // not to be used once it ends
};

CallPool::CallPool(boost::asio::io_context& io, const Clock& clock, std::shared_ptr<const LibvirtApi> api,
                   std::size_t most_threads)
    : io_(io), clock_(clock), shared_(std::make_shared<Shared>()) {
  shared_->io = &io;
  shared_->api = std::move(api);
  shared_->clock = &clock;
  shared_->most = most_threads;
}

CallPool::~CallPool() {
  std::unique_lock lock(shared_->mutex);
  shared_->ends = true;
  shared_->waiting.clear();
  shared_->ready.clear();
  shared_->work_there.notify_all();
  shared_->thread_left.wait_for(lock, kLeaveWithin, [this] { return shared_->threads == 0; });
}

// If it has not begun, it never will.
void CallPool::give_up(Shared& shared, const std::string& key, const std::shared_ptr<Job>& job) {
  const std::lock_guard lock(shared.mutex);
  const auto queue = shared.waiting.find(key);
  if (queue == shared.waiting.end()) return;
  std::erase(queue->second, job);
  if (!queue->second.empty()) return;
  shared.waiting.erase(queue);
  std::erase(shared.ready, key);
}

void CallPool::run(const std::string& key, Duration deadline, Call call, std::function<void(bool)> done) {
  const auto ticket = std::make_shared<Ticket>(io_, clock_, std::move(done));
  const auto job = std::make_shared<Job>(Job{std::move(call), clock_.now() + deadline, ticket});
  ticket->timer.expires_after(deadline);
  ticket->timer.async_wait([ticket, key, job = std::weak_ptr<Job>(job),
                            shared = std::weak_ptr<Shared>(shared_)](const boost::system::error_code& error) {
    if (error || !ticket->done) return;
    if (const auto there = shared.lock()) give_up(*there, key, job.lock());
    std::exchange(ticket->done, nullptr)(false);
  });
  const std::lock_guard lock(shared_->mutex);
  auto& queue = shared_->waiting[key];
  queue.push_back(job);
  if (queue.size() > 1 || shared_->busy.contains(key)) return;
  shared_->ready.push_back(key);
  if (shared_->idle >= shared_->ready.size() || shared_->threads >= shared_->most) {
    shared_->work_there.notify_one();
    return;
  }
  try {
    // Not joined: one that is blocked outlives this.
    std::thread([shared = shared_] { work(shared); }).detach();
    ++shared_->threads;
  } catch (const std::system_error& error) {
    log_warn("event=libvirt.thread note={}", log_text(error.what()));
  }
}

void CallPool::work(const std::shared_ptr<Shared>& shared) {
  {
    LibvirtSession session(*shared->api);
    std::unique_lock lock(shared->mutex);
    while (true) {
      ++shared->idle;
      shared->work_there.wait(lock, [&] { return shared->ends || !shared->ready.empty(); });
      --shared->idle;
      if (shared->ends) break;
      const std::string key = std::move(shared->ready.front());
      shared->ready.pop_front();
      auto& queue = shared->waiting.at(key);
      const std::shared_ptr<Job> job = std::move(queue.front());
      queue.pop_front();
      if (queue.empty()) shared->waiting.erase(key);
      shared->busy.insert(key);
      // Whoever waits may be told late that it is over; it is over all the same.
      const bool in_time = shared->clock->now() < job->due;
      lock.unlock();
      if (in_time) job->call(session);
      lock.lock();
      shared->busy.erase(key);
      if (shared->ends) break;
      if (shared->waiting.contains(key)) shared->ready.push_back(key);
      if (in_time)
        boost::asio::post(*shared->io, [weak = job->ticket] {
          const auto ticket = weak.lock();
          if (!ticket || !ticket->done) return;
          ticket->timer.cancel();
          std::exchange(ticket->done, nullptr)(true);
        });
    }
  }
  const std::lock_guard lock(shared->mutex);
  --shared->threads;
  shared->thread_left.notify_all();
}

}  // namespace aerostat
