// CallPool: runs calls that may block for as long as they like, on threads of its own, and tells the reactor
// how each ended. Calls of one key run one after the other, in their order; those of other keys do not wait
// for them. Each thread has its own connections to libvirt, because a connection serves few calls at once.
// A call that is not answered in time is reported as such: if it had not begun, it never runs; if it had, the
// next call of its key begins when it ends. Threads come as needed, up to a bound, and stay.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "vmm/libvirt/libvirt_api.h"

namespace aerostat {

// Each domain whose QEMU hangs holds a thread until it is gone.
inline constexpr std::size_t kMostCallThreads = 64;
// libvirt ends a connection that shows no sign of life for this long, and with it the calls that wait there.
inline constexpr int kKeepAliveSeconds = 5;
inline constexpr unsigned kKeepAliveCount = 3;

// One thread's connections. They stay open; one that broke is opened again.
class LibvirtSession {
 public:
  explicit LibvirtSession(const LibvirtApi& libvirt) : api(libvirt) {}
  // May block. Valid until the next call of this.
  Result<virConnectPtr> connection(const std::string& uri);

  const LibvirtApi& api;

 private:
  std::map<std::string, LibvirtConnection> open_;
};

class CallPool {
 public:
  using Call = std::function<void(LibvirtSession&)>;

  CallPool(boost::asio::io_context& io, const Clock& clock, std::shared_ptr<const LibvirtApi> api,
           std::size_t most_threads = kMostCallThreads);
  // Waits a moment for calls under way. Threads that are blocked stay behind and touch nothing any more.
  ~CallPool();
  CallPool(const CallPool&) = delete;
  CallPool& operator=(const CallPool&) = delete;

  // `done` is called once from the reactor, never from inside: with true after `call` has returned, or with
  // false after `deadline`.
  void run(const std::string& key, Duration deadline, Call call, std::function<void(bool)> done);

  // The same for a call with a result. No answer in time is an error of kind Timeout.
  template <typename T>
  void ask(const std::string& key, Duration deadline, std::function<Result<T>(LibvirtSession&)> call,
           std::function<void(Result<T>)> done) {
    auto out = std::make_shared<std::optional<Result<T>>>();
    run(
        key, deadline,
        [out, call = std::move(call)](LibvirtSession& session) { out->emplace(call(session)); },
        [out, done = std::move(done)](bool in_time) {
          if (in_time) return done(std::move(**out));
          done(fail(Error::Kind::Timeout, "libvirt does not answer"));
        });
  }

 private:
  struct Shared;
  struct Job;
  static void give_up(Shared& shared, const std::string& key, const std::shared_ptr<Job>& job);
  static void work(const std::shared_ptr<Shared>& shared);
  boost::asio::io_context& io_;
  const Clock& clock_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace aerostat
