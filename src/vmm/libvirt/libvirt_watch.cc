#include "vmm/libvirt/libvirt_watch.h"

#include <array>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

namespace aerostat {

namespace {

// A loop that fails at once must not take a processor.
constexpr auto kLoopFails = std::chrono::milliseconds(200);

// What libvirt hands to each callback; freed by libvirt.
struct Listener {
  std::shared_ptr<const LibvirtApi> api;
  std::shared_ptr<NewsSink> sink;

  void tell(DomainNews::Kind kind, virDomainPtr domain, DomainNews news = {}) const {
    std::array<char, VIR_UUID_STRING_BUFLEN> uuid{};
    if (api->virDomainGetUUIDString(domain, uuid.data()) < 0) return;
    const char* const name = api->virDomainGetName(domain);
    news.kind = kind;
    news.uuid = uuid.data();
    news.name = name != nullptr ? name : "";
    sink->tell(std::move(news));
  }
};

const Listener& listener(void* opaque) { return *static_cast<Listener*>(opaque); }
void let_go(void* opaque) { delete static_cast<Listener*>(opaque); }

// libvirt gives sizes in KiB.
Bytes told_size(unsigned long long kib) {
  constexpr unsigned long long kMost = 1ULL << 36;
  return Bytes::kib(static_cast<std::int64_t>(kib < kMost ? kib : kMost));
}

int on_life_cycle(virConnectPtr, virDomainPtr domain, int event, int detail, void* opaque) {
  DomainNews news;
  news.event = event;
  news.detail = detail;
  listener(opaque).tell(DomainNews::Kind::LifeCycle, domain, std::move(news));
  return 0;
}
void on_reboot(virConnectPtr, virDomainPtr domain, void* opaque) {
  listener(opaque).tell(DomainNews::Kind::Rebooted, domain);
}
void on_balloon(virConnectPtr, virDomainPtr domain, unsigned long long actual, void* opaque) {
  DomainNews news;
  news.size = told_size(actual);
  listener(opaque).tell(DomainNews::Kind::Balloon, domain, std::move(news));
}
void on_plug(virConnectPtr, virDomainPtr domain, const char* alias, unsigned long long size, void* opaque) {
  DomainNews news;
  news.alias = alias != nullptr ? alias : "";
  news.size = told_size(size);
  listener(opaque).tell(DomainNews::Kind::Plug, domain, std::move(news));
}
void on_device(virConnectPtr, virDomainPtr domain, const char*, void* opaque) {
  listener(opaque).tell(DomainNews::Kind::Definition, domain);
}
void on_metadata(virConnectPtr, virDomainPtr domain, int, const char*, void* opaque) {
  listener(opaque).tell(DomainNews::Kind::Definition, domain);
}
void on_job(virConnectPtr, virDomainPtr domain, virTypedParameterPtr, int, void* opaque) {
  listener(opaque).tell(DomainNews::Kind::Definition, domain);
}
void on_close(virConnectPtr, int reason, void* opaque) {
  DomainNews news;
  news.kind = DomainNews::Kind::Disconnected;
  news.name = reason == VIR_CONNECT_CLOSE_REASON_KEEPALIVE ? "libvirtd shows no sign of life"
                                                           : "libvirtd ended the connection";
  listener(opaque).sink->tell(std::move(news));
}

struct Wanted {
  int id;
  virConnectDomainEventGenericCallback callback;
};
// Their casts are libvirt's own interface.
const std::array kWanted = {
    Wanted{VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(on_life_cycle)},
    Wanted{VIR_DOMAIN_EVENT_ID_REBOOT, on_reboot},
    Wanted{VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, VIR_DOMAIN_EVENT_CALLBACK(on_balloon)},
    Wanted{VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE, VIR_DOMAIN_EVENT_CALLBACK(on_plug)},
    Wanted{VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, VIR_DOMAIN_EVENT_CALLBACK(on_device)},
    Wanted{VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, VIR_DOMAIN_EVENT_CALLBACK(on_device)},
    Wanted{VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, VIR_DOMAIN_EVENT_CALLBACK(on_metadata)},
    Wanted{VIR_DOMAIN_EVENT_ID_JOB_COMPLETED, VIR_DOMAIN_EVENT_CALLBACK(on_job)},
};

}  // namespace

void NewsSink::tell(DomainNews news) {
  const std::lock_guard lock(mutex_);
  if (io_ == nullptr) return;
  boost::asio::post(*io_, [weak = std::weak_ptr(use_), news = std::move(news)] {
    if (const auto use = weak.lock()) (*use)(news);
  });
}

void NewsSink::stop() {
  const std::lock_guard lock(mutex_);
  io_ = nullptr;
  use_.reset();
}

Result<std::shared_ptr<LibvirtWatch>> LibvirtWatch::open(const std::shared_ptr<const LibvirtApi>& api,
                                                         const std::string& uri,
                                                         const std::shared_ptr<NewsSink>& sink) {
  Result<LibvirtConnection> opened = libvirt_open(*api, uri);
  if (!opened) return fail(std::move(opened.error()));
  std::shared_ptr<LibvirtWatch> watch(new LibvirtWatch(api));
  watch->connection_ = opened->release();
  const virConnectPtr connection = watch->connection_;
  api->virConnectSetKeepAlive(connection, kKeepAliveSeconds, kKeepAliveCount);
  auto at_close = std::make_unique<Listener>(Listener{api, sink});
  bool done = api->virConnectRegisterCloseCallback(connection, on_close, at_close.get(), let_go) >= 0;
  if (done) (void)at_close.release();
  for (const Wanted& each : kWanted) {
    if (!done) break;
    auto held = std::make_unique<Listener>(Listener{api, sink});
    const int id = api->virConnectDomainEventRegisterAny(connection, nullptr, each.id, each.callback,
                                                         held.get(), let_go);
    done = id >= 0;
    if (!done) break;
    (void)held.release();
    watch->callbacks_.push_back(id);
  }
  if (done) return watch;
  Error error = libvirt_error(*api, uri + ": its events");
  watch->close();
  return fail(std::move(error));
}

void LibvirtWatch::close() {
  if (connection_ == nullptr) return;
  for (const int id : callbacks_) api_->virConnectDomainEventDeregisterAny(connection_, id);
  api_->virConnectUnregisterCloseCallback(connection_, on_close);
  api_->virConnectClose(connection_);
  connection_ = nullptr;
}

LibvirtLoop::LibvirtLoop(std::shared_ptr<const LibvirtApi> api) : api_(std::move(api)) {
  api_->virEventRegisterDefaultImpl();
  waker_ = api_->virEventAddTimeout(-1, [](int, void*) {}, nullptr, nullptr);
  thread_ = std::thread([this] {
    while (!ends_) {
      if (api_->virEventRunDefaultImpl() >= 0) continue;
      std::unique_lock lock(mutex_);
      ended_.wait_for(lock, kLoopFails, [this] { return ends_.load(); });
    }
  });
}

LibvirtLoop::~LibvirtLoop() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  ended_.notify_all();
  api_->virEventUpdateTimeout(waker_, 0);
  thread_.join();
  api_->virEventRemoveTimeout(waker_);
}

}  // namespace aerostat
