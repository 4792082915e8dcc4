// LibvirtWatch: one connection on which libvirt tells what happens to its domains. LibvirtLoop: libvirt's
// event loop, on a thread of its own; without it no event arrives and no dead connection is noticed. News are
// values, and are passed on in the reactor.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "vmm/libvirt/call_pool.h"
#include "vmm/libvirt/libvirt_api.h"

namespace aerostat {

struct DomainNews {
  enum class Kind {
    LifeCycle,  // `event` and `detail` as libvirt numbers them
    Rebooted,
    Balloon,      // `size`: what its balloon leaves
    Plug,         // `size`: what is plugged into device `alias`
    Definition,   // its devices, metadata or job changed
    Disconnected  // of no domain: libvirtd is gone; `name` says why
  };
  Kind kind = Kind::LifeCycle;
  std::string uuid, name;
  int event = 0, detail = 0;
  std::string alias;
  Bytes size;
};

// Takes news from any thread, and gives them to the reactor. Silent once it is stopped.
class NewsSink {
 public:
  NewsSink(boost::asio::io_context& io, std::function<void(const DomainNews&)> use)
      : io_(&io), use_(std::make_shared<std::function<void(const DomainNews&)>>(std::move(use))) {}
  void tell(DomainNews news);
  void stop();  // from the reactor

 private:
  std::mutex mutex_;
  boost::asio::io_context* io_;
  std::shared_ptr<std::function<void(const DomainNews&)>> use_;  // the reactor's
};

class LibvirtWatch {
 public:
  // Both block. Without close() the connection stays open until the program ends.
  static Result<std::shared_ptr<LibvirtWatch>> open(const std::shared_ptr<const LibvirtApi>& api,
                                                    const std::string& uri,
                                                    const std::shared_ptr<NewsSink>& sink);
  void close();

 private:
  explicit LibvirtWatch(std::shared_ptr<const LibvirtApi> api) : api_(std::move(api)) {}
  std::shared_ptr<const LibvirtApi> api_;
  virConnectPtr connection_ = nullptr;
  std::vector<int> callbacks_;
};

class LibvirtLoop {
 public:
  explicit LibvirtLoop(std::shared_ptr<const LibvirtApi> api);
  ~LibvirtLoop();
  LibvirtLoop(const LibvirtLoop&) = delete;
  LibvirtLoop& operator=(const LibvirtLoop&) = delete;

 private:
  std::shared_ptr<const LibvirtApi> api_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::atomic<bool> ends_ = false;
  int waker_ = -1;
  std::thread thread_;
};

}  // namespace aerostat
