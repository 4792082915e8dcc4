#include "vmm/libvirt/libvirt_machines.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cstdlib>
#include <future>
#include <map>
#include <utility>
#include <variant>

#include "base/log.h"
#include "base/text.h"
#include "reactor/timer.h"
#include "vmm/libvirt/libvirt_machine.h"
#include "vmm/libvirt/libvirt_uri.h"
#include "vmm/libvirt/libvirt_watch.h"

namespace aerostat {

namespace {

// A libvirtd that is not there is looked for after this, twice as long each time.
constexpr Duration kConnectFirst = std::chrono::milliseconds(500);
constexpr Duration kConnectMost = std::chrono::seconds(10);
// What only the kernel knows while libvirtd is silent; and the domains are counted through once in so many.
constexpr Duration kCheck = std::chrono::seconds(1);
constexpr int kListEvery = 30;
constexpr auto kCloseWithin = std::chrono::milliseconds(300);

std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

std::string stop_text(int detail) {
  switch (detail) {
    case VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN: return "the guest was shut down";
    case VIR_DOMAIN_EVENT_STOPPED_DESTROYED: return "it was destroyed";
    case VIR_DOMAIN_EVENT_STOPPED_CRASHED: return "the guest has crashed";
    case VIR_DOMAIN_EVENT_STOPPED_MIGRATED: return "its guest has migrated to another host";
    case VIR_DOMAIN_EVENT_STOPPED_SAVED: return "it was saved";
    case VIR_DOMAIN_EVENT_STOPPED_FAILED: return "its QEMU has failed";
    case VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT: return "a snapshot of when it did not run was loaded";
    default: return "libvirt does not run it any more";
  }
}

}  // namespace

// One libvirtd.
class LibvirtHost {
 public:
  LibvirtHost(boost::asio::io_context& io, const Clock& clock, std::shared_ptr<const LibvirtApi> api,
              CallPool& pool, MachineListener& listener, std::string uri, Duration deadline)
      : io_(io),
        clock_(clock),
        api_(std::move(api)),
        pool_(pool),
        listener_(listener),
        uri_(std::move(uri)),
        run_directory_(run_directory_of(uri_, variable)),
        deadline_(deadline),
        again_(io, clock),
        checker_(io, clock) {
    connect();
    check_later();
  }

  ~LibvirtHost() {
    sink_->stop();
    if (!watch_) return;
    const auto closed = std::make_shared<std::promise<void>>();
    auto done = closed->get_future();
    pool_.run(
        "close:" + uri_, deadline_,
        [watch = watch_, closed](LibvirtSession&) {
          watch->close();
          closed->set_value();
        },
        [](bool) {});
    done.wait_for(kCloseWithin);
  }
  LibvirtHost(const LibvirtHost&) = delete;
  LibvirtHost& operator=(const LibvirtHost&) = delete;

  LibvirtMachine* find(const std::string& uuid) const {
    const auto found = machines_.find(uuid);
    return found == machines_.end() ? nullptr : found->second.get();
  }
  const std::string& uri() const { return uri_; }
  const std::map<std::string, RestingDomain>& resting() const { return resting_; }
  // Into the definition of a domain that rests. False: there is none such.
  bool keep_resting(const std::string& uuid, const Settings& settings,
                    std::function<void(Result<void>)>& kept) {
    const auto found = resting_.find(uuid);
    if (found == resting_.end()) return false;
    pool_.ask<std::monostate>(
        uuid, deadline_,
        [place = DomainPlace{uri_, uuid, found->second.name, {}},
         settings](LibvirtSession& session) -> Result<std::monostate> {
          if (Result<void> done = write_settings(session, place, settings); !done) return fail(done.error());
          return std::monostate{};
        },
        [this, alive = std::weak_ptr<int>(alive_), uuid, settings,
         kept = std::move(kept)](const Result<std::monostate>& done) {
          const bool there = !alive.expired() && resting_.contains(uuid);
          if (there && done) resting_[uuid].settings = settings;
          kept(done ? Result<void>{} : fail(done.error()));
        });
    return true;
  }
  std::function<void(const VmId&)> settings_told;
  std::function<void()> rest_told;  // which domains rest was found out anew

 private:
  // It may take for ever: a libvirtd that is stopped accepts connections, and says nothing.
  void connect() {
    const std::uint64_t mine = ++session_;
    sink_ = std::make_shared<NewsSink>(io_, [this](const DomainNews& news) { use(news); });
    pool_.ask<std::shared_ptr<LibvirtWatch>>(
        "open:" + uri_, std::chrono::hours(24 * 365),
        [api = api_, uri = uri_, sink = sink_](LibvirtSession&) {
          return LibvirtWatch::open(api, uri, sink);
        },
        [this, alive = std::weak_ptr<int>(alive_), mine](Result<std::shared_ptr<LibvirtWatch>> watch) {
          if (!alive.expired() && mine == session_) opened(std::move(watch));
        });
  }

  void opened(Result<std::shared_ptr<LibvirtWatch>> watch) {
    if (!watch) {
      say(watch.error().message);
      return connect_later();
    }
    watch_ = *std::move(watch);
    wait_ = kConnectFirst;
    log_info("event=libvirt.link uri={} link=up", log_word(uri_));
    said_.clear();
    list();
    for (auto& [uuid, machine] : machines_) machine->connected();
  }

  // Told once, until something else is wrong.
  void say(const std::string& why) {
    if (std::exchange(said_, why) == why) return;
    log_info("event=libvirt.link uri={} link=lost note={}", log_word(uri_), log_text(why));
  }

  void connect_later() {
    again_.expires_after(wait_);
    wait_ = std::min<Duration>(wait_ * 2, kConnectMost);
    again_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const boost::system::error_code& error) {
      if (!error && !alive.expired()) connect();
    });
  }

  void disconnected(const std::string& why) {
    if (!watch_) return;
    say(why);
    sink_->stop();
    pool_.run(
        "close:" + uri_, deadline_,
        [watch = std::exchange(watch_, nullptr)](LibvirtSession&) { watch->close(); }, [](bool) {});
    for (auto& [uuid, machine] : machines_) machine->disconnected(why);
    connect_later();
  }

  void use(const DomainNews& news) {
    if (news.kind == DomainNews::Kind::Disconnected) return disconnected(news.name);
    const auto found = machines_.find(news.uuid);
    if (news.kind != DomainNews::Kind::LifeCycle) {
      if (found != machines_.end()) found->second->news(news);
      return;
    }
    // Domains that do not run are known by the list only.
    relist_ = relist_ || found == machines_.end() || news.event == VIR_DOMAIN_EVENT_STOPPED;
    const bool stopped = news.event == VIR_DOMAIN_EVENT_STOPPED;
    if (stopped) return drop(news.uuid, stop_text(news.detail));
    const bool appears = news.event == VIR_DOMAIN_EVENT_STARTED || news.event == VIR_DOMAIN_EVENT_RESUMED;
    if (found != machines_.end()) return found->second->news(news);
    if (appears) add({news.uuid, news.name});
  }

  void list() {
    if (std::exchange(listing_, true)) return;
    pool_.ask<AllDomains>(
        "list:" + uri_, deadline_,
        [uri = uri_](LibvirtSession& session) { return all_domains(session, uri); },
        [this, alive = std::weak_ptr<int>(alive_), mine = session_](Result<AllDomains> all) {
          if (alive.expired()) return;
          listing_ = false;
          const bool counts = all && mine == session_;
          if (counts) {
            resting_.clear();
            for (RestingDomain& each : all->resting) resting_[each.uuid] = std::move(each);
            rest_told();
            listed(all->running);
          }
          relist_ = relist_ || !counts;
        });
  }

  void listed(const std::vector<RunningDomain>& all) {
    std::vector<std::string> gone;
    for (const auto& known : machines_) {
      const std::string& uuid = known.first;  // Clang 14 captures no bindings
      if (std::ranges::none_of(all, [&](const RunningDomain& each) { return each.uuid == uuid; }))
        gone.push_back(uuid);
    }
    for (const std::string& uuid : gone) drop(uuid, "libvirt does not run it any more");
    for (const RunningDomain& domain : all) add(domain);
  }

  void add(const RunningDomain& domain) {
    auto& machine = machines_[domain.uuid];
    if (machine) return;
    machine = std::make_unique<LibvirtMachine>(
        io_, clock_, pool_, DomainPlace{uri_, domain.uuid, domain.name, run_directory_},
        LibvirtMachine::Told{[this, uuid = domain.uuid] { changed(uuid); },
                             [this, uuid = domain.uuid] { settings_changed(uuid); }},
        deadline_);
    log_debug("event=vm.found vm={} uuid={}", log_word(domain.name), domain.uuid);
    listener_.machine_appeared(*machine);
    machine->connected();
  }

  void drop(const std::string& uuid, const std::string& why) {
    auto node = machines_.extract(uuid);
    if (node.empty()) return;
    log_debug("event=vm.gone vm={} why={}", log_word(node.mapped()->name()), log_text(why));
    listener_.machine_vanished(node.mapped()->id(), why);
  }

  void changed(const std::string& uuid) {
    const auto found = machines_.find(uuid);
    if (found == machines_.end()) return;
    if (found->second->gone().empty()) return listener_.machine_changed(found->second->id());
    // Not from inside its own call.
    boost::asio::post(io_, [this, alive = std::weak_ptr<int>(alive_), uuid] {
      if (alive.expired()) return;
      const auto there = machines_.find(uuid);
      if (there == machines_.end() || there->second->gone().empty()) return;
      drop(uuid, there->second->gone());
      list();
    });
  }

  void settings_changed(const std::string& uuid) {
    boost::asio::post(io_, [this, alive = std::weak_ptr<int>(alive_), uuid] {
      if (!alive.expired() && settings_told && find(uuid) != nullptr) settings_told({"libvirt", uuid});
    });
  }

  void check_later() {
    checker_.expires_after(kCheck);
    checker_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const boost::system::error_code& error) {
      if (error || alive.expired()) return;
      std::vector<std::string> gone;
      for (auto& [uuid, machine] : machines_) {
        machine->look_at_process();
        if (!machine->gone().empty()) gone.push_back(uuid);
      }
      for (const std::string& uuid : gone) drop(uuid, machines_.at(uuid)->gone());
      const bool due = ++checks_ % kListEvery == 0;
      if (watch_ && (due || std::exchange(relist_, false))) list();
      check_later();
    });
  }

  boost::asio::io_context& io_;
  const Clock& clock_;
  std::shared_ptr<const LibvirtApi> api_;
  CallPool& pool_;
  MachineListener& listener_;
  std::string uri_, run_directory_;
  Duration deadline_;
  std::map<std::string, std::unique_ptr<LibvirtMachine>> machines_;  // by UUID
  std::map<std::string, RestingDomain> resting_;                     // by UUID, as last listed
  std::shared_ptr<NewsSink> sink_;
  std::shared_ptr<LibvirtWatch> watch_;  // null: not connected
  std::uint64_t session_ = 0;
  Duration wait_ = kConnectFirst;
  std::string said_;
  bool listing_ = false, relist_ = false;
  int checks_ = 0;
  Timer again_, checker_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

class LibvirtMachines::Impl {
 public:
  Impl(const std::shared_ptr<const LibvirtApi>& api, boost::asio::io_context& io, const Clock& clock,
       MachineListener& listener, const std::vector<std::string>& uris, Duration deadline)
      : loop_(api), pool_(io, clock, api) {
    for (const std::string& uri : uris) {
      hosts_.push_back(std::make_unique<LibvirtHost>(io, clock, api, pool_, listener, uri, deadline));
      hosts_.back()->rest_told = [this] { find_resting(); };
    }
  }

  LibvirtMachine* find(const VmId& id) const {
    for (const auto& host : hosts_) {
      LibvirtMachine* const machine = id.driver == "libvirt" ? host->find(id.stable) : nullptr;
      if (machine != nullptr) return machine;
    }
    return nullptr;
  }
  const std::map<std::string, VmId>& resting() const { return resting_; }
  Settings settings(const VmId& id) const {
    if (const LibvirtMachine* const machine = find(id)) return machine->settings();
    for (const auto& host : hosts_) {
      const auto found = host->resting().find(id.stable);
      if (found != host->resting().end()) return found->second.settings;
    }
    return {};
  }
  void keep(const VmId& id, const Settings& settings, std::function<void(Result<void>)> kept) {
    if (LibvirtMachine* const machine = find(id)) return machine->keep(settings, std::move(kept));
    for (const auto& host : hosts_) {
      if (host->keep_resting(id.stable, settings, kept)) return;
    }
    kept(fail(Error::Kind::NotFound, "libvirt has no such domain any more"));
  }
  void when_settings_change(const std::function<void(const VmId&)>& changed) {
    for (const auto& host : hosts_) host->settings_told = changed;
  }
  // By the first of them that has it: a UUID is one domain's.
  void start_domain(const std::string& uuid, const std::function<void(std::string)>& failed) {
    std::vector<std::string> uris;
    uris.reserve(hosts_.size());
    for (const auto& host : hosts_) uris.push_back(host->uri());
    pool_.ask<std::monostate>(
        "start:" + uuid, kStartDeadline,
        [uris, uuid](LibvirtSession& session) -> Result<std::monostate> {
          Error last{Error::Kind::NotFound, "no libvirt is configured", ""};
          for (const std::string& uri : uris) {
            const Result<void> done = aerostat::start_domain(session, uri, uuid);
            if (done) return std::monostate{};
            last = done.error();
            if (last.kind != Error::Kind::NotFound) break;
          }
          return fail(std::move(last));
        },
        [failed](const Result<std::monostate>& done) {
          if (!done) failed(done.error().message);
        });
  }

 private:
  void find_resting() {
    resting_.clear();
    for (const auto& host : hosts_) {
      for (const auto& [uuid, each] : host->resting()) resting_.emplace(each.name, VmId{"libvirt", uuid});
    }
  }

  LibvirtLoop loop_;  // runs as long as there are connections
  CallPool pool_;
  std::vector<std::unique_ptr<LibvirtHost>> hosts_;
  std::map<std::string, VmId> resting_;  // by name
};

LibvirtMachines::LibvirtMachines(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LibvirtMachines::~LibvirtMachines() = default;

void LibvirtMachines::when_settings_change(const std::function<void(const VmId&)>& changed) {
  impl_->when_settings_change(changed);
}

const std::map<std::string, VmId>& LibvirtMachines::resting() const { return impl_->resting(); }
Settings LibvirtMachines::settings(const VmId& id) const { return impl_->settings(id); }

void LibvirtMachines::keep_settings(const VmId& id, const Settings& settings,
                                    std::function<void(Result<void>)> kept) {
  impl_->keep(id, settings, std::move(kept));
}

void LibvirtMachines::start_domain(const std::string& uuid, const std::function<void(std::string)>& failed) {
  impl_->start_domain(uuid, failed);
}

std::unique_ptr<LibvirtMachines> LibvirtMachines::start_with(const std::shared_ptr<const LibvirtApi>& api,
                                                             boost::asio::io_context& io, const Clock& clock,
                                                             MachineListener& listener,
                                                             const std::vector<std::string>& uris,
                                                             Duration deadline) {
  return std::unique_ptr<LibvirtMachines>(
      new LibvirtMachines(std::make_unique<Impl>(api, io, clock, listener, uris, deadline)));
}

Result<std::unique_ptr<LibvirtMachines>> LibvirtMachines::start(boost::asio::io_context& io,
                                                                const Clock& clock, MachineListener& listener,
                                                                const std::vector<std::string>& uris) {
  Result<LibvirtApi> api = load_libvirt();
  if (!api) return fail(std::move(api.error()));
  return start_with(std::make_shared<const LibvirtApi>(*std::move(api)), io, clock, listener, uris);
}

}  // namespace aerostat
