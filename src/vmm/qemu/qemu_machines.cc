#include "vmm/qemu/qemu_machines.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "reactor/timer.h"
#include "vmm/qemu/qemu_machine.h"
#include "vmm/qemu/socket_directory.h"

namespace aerostat {

namespace {

// A QEMU that restarts refuses for a moment. One that is gone refuses for longer.
constexpr Duration kRefusedIsGone = std::chrono::seconds(1);
constexpr Duration kCheckAbsence = std::chrono::milliseconds(250);
// How often the driver checks whether another socket has replaced a connected one: once in so many scans.
constexpr int kCheckPlaces = 8;

}  // namespace

class QemuMachines::Impl {
 public:
  Impl(boost::asio::io_context& io, const Clock& clock, MachineListener& listener, Duration deadline,
       QmpClient::PeerOf peer)
      : io_(io),
        clock_(clock),
        listener_(listener),
        deadline_(deadline),
        peer_(std::move(peer)),
        timer_(io, clock) {
    check_later();
  }

  Result<void> watch(const std::string& path) {
    auto directory = std::make_unique<SocketDirectory>(io_, clock_, path, [this] {
      retry_ = true;
      review_soon();
    });
    if (Result<void> done = directory->start(); !done) return done;
    directories_.push_back(std::move(directory));
    review_soon();
    return {};
  }

  Result<void> add(const std::string& name, const std::string& socket) {
    if (!is_vm_name(name))
      return fail(Error::Kind::Invalid, fmt::format("'{}' is not a valid VM name", printable(name, 64)));
    named_[name] = socket;
    review_soon();
    return {};
  }

  void remove(const std::string& name) {
    if (named_.erase(name) > 0) removed_.insert(name);
    review_soon();
  }

  std::string health() const {
    std::string out;
    for (const auto& directory : directories_) {
      if (directory->health().empty()) continue;
      if (!out.empty()) out += "; ";
      out += directory->health();
    }
    return out;
  }

 private:
  struct Entry {
    std::unique_ptr<QemuMachine> machine;
    bool announced = false;
    std::optional<TimePoint> refused_since;
  };
  // A socket of a process that is already another VM.
  struct Twin {
    std::string vm;
    std::optional<FileId> place;
  };

  // Told once.
  void ignore(const std::string& socket, const std::string& why) {
    if (!ignored_.insert(socket).second) return;
    log_warn("event=vm.ignored socket={} note={}", log_word(socket), log_text(why));
    listener_.monitor_ignored(socket, why);
  }

  // Which VMs should be there, by name: named ones first, then directories in their order.
  std::map<std::string, std::string> expected() {
    std::map<std::string, std::string> out = named_;
    for (const auto& directory : directories_) {
      for (const auto& [name, socket] : directory->sockets()) {
        if (is_named(socket) && !named_.contains(name)) continue;
        const auto [place, fresh] = out.try_emplace(name, socket);
        if (fresh || place->second == socket) continue;
        ignore(socket, fmt::format("{} is the monitor of '{}' already; give each VM a name of its own",
                                   place->second, name));
      }
      for (const std::string& socket : directory->unnamed()) {
        if (is_named(socket)) continue;
        ignore(
            socket,
            fmt::format(
                "its name is not a valid VM name ({}); rename it, or name the VM in the configuration with "
                "[vm.NAME] and socket = \"PATH\"",
                kVmNameRule));
      }
    }
    return out;
  }

  bool is_named(const std::string& socket) const {
    return std::ranges::any_of(named_, [&](const auto& vm) { return vm.second == socket; });
  }

  // All changes to the set of machines happen here, in the reactor and outside any machine's callback.
  void review_soon() {
    if (std::exchange(reviewing_, true)) return;
    boost::asio::post(io_, [this, alive = std::weak_ptr<int>(alive_)] {
      if (alive.expired()) return;
      reviewing_ = false;
      review();
    });
  }

  void review() {
    const std::map<std::string, std::string> wanted = expected();
    const bool retry = std::exchange(retry_, false);
    check_places_ = retry || ++reviews_ % kCheckPlaces == 0;
    std::vector<std::pair<std::string, std::string>> gone;  // name, why
    for (auto& [name, entry] : entries_) {
      if (const std::string why = why_gone(name, entry, wanted); !why.empty()) gone.emplace_back(name, why);
    }
    for (const auto& [name, why] : gone) drop(name, why);
    for (const auto& [name, socket] : wanted) {
      if (!entries_.contains(name) && !is_twin(socket)) start(name, socket);
    }
    // Of several sockets of one process, the one that was named explicitly is the VM.
    std::vector<std::string> names;
    for (const auto& [name, socket] : named_) names.push_back(name);
    for (auto& [name, entry] : entries_) {
      if (retry) entry.machine->retry_now();
      if (!entry.announced) names.push_back(name);
    }
    for (const std::string& name : names) announce(name);
    removed_.clear();
  }

  // Empty: it is there, or may be.
  std::string why_gone(const std::string& name, Entry& entry,
                       const std::map<std::string, std::string>& wanted) {
    const auto place = wanted.find(name);
    if (place != wanted.end() && place->second != entry.machine->socket())
      return "its monitor is another socket now";
    if (entry.machine->replaced()) return "its process ended, and another one took its place";
    if (check_places_ && entry.machine->bypassed())
      return "another socket has taken the place of its monitor";
    const QmpClient::Absence absence = entry.machine->absence();
    if (absence != QmpClient::Absence::NobodyListens) entry.refused_since.reset();
    const bool connected = entry.machine->connected();
    if (place == wanted.end() && removed_.contains(name)) return "it is not to be looked after any more";
    if (place == wanted.end() && !connected) return "its monitor socket is gone";
    if (!entry.announced) return "";  // a socket nobody listens on stays unreported
    if (absence == QmpClient::Absence::NoSocket) return "its monitor socket is gone";
    if (absence != QmpClient::Absence::NobodyListens) return "";
    if (!entry.refused_since) entry.refused_since = clock_.now();
    return clock_.now() - *entry.refused_since > kRefusedIsGone ? "no process listens on its monitor socket"
                                                                : "";
  }

  void start(const std::string& name, const std::string& socket) {
    Entry& entry = entries_[name];
    entry.machine = std::make_unique<QemuMachine>(
        io_, clock_, name, socket, [this, name] { changed(name); }, deadline_, peer_);
    entry.machine->start();
  }

  // The VM that the process behind this entry already is.
  std::optional<std::string> twin_of(const Entry& entry) const {
    const auto& process = entry.machine->process();
    for (const auto& [name, each] : entries_) {
      if (process && each.announced && each.machine->process() == process) return name;
    }
    return std::nullopt;
  }

  // True as long as that VM is there, and the socket is the same.
  bool is_twin(const std::string& socket) {
    const auto twin = twins_.find(socket);
    if (twin == twins_.end()) return false;
    if (entries_.contains(twin->second.vm) && (!check_places_ || socket_at(socket) == twin->second.place))
      return true;
    twins_.erase(twin);
    return false;
  }

  void announce(const std::string& name) {
    const auto found = entries_.find(name);
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    if (entry.announced || entry.machine->absence() != QmpClient::Absence::None) return;
    if (const auto vm = twin_of(entry)) {
      const std::string socket = entry.machine->socket();
      ignore(socket, fmt::format("process {} listens there, which is VM '{}' already: it is counted once",
                                 entry.machine->process()->pid, *vm));
      twins_[socket] = {*vm, socket_at(socket)};
      entries_.erase(found);  // and its descriptor is free
      return;
    }
    entry.announced = true;
    log_debug("event=vm.found vm={} socket={}", log_word(entry.machine->name()),
              log_word(entry.machine->socket()));
    listener_.machine_appeared(*entry.machine);
  }

  void drop(const std::string& name, const std::string& why) {
    auto node = entries_.extract(name);
    if (node.empty() || !node.mapped().announced) return;
    log_debug("event=vm.gone vm={} why={}", log_word(name), log_text(why));
    listener_.machine_vanished(node.mapped().machine->id(), why);
  }

  void changed(const std::string& name) {
    const auto found = entries_.find(name);
    if (found == entries_.end()) return;
    const Entry& entry = found->second;
    const bool doubtful = entry.machine->replaced() || entry.machine->absence() != QmpClient::Absence::None;
    if (!entry.announced || doubtful) review_soon();
    // Facts of a VM that took this one's place do not belong to this one.
    if (entry.announced && !entry.machine->replaced()) listener_.machine_changed(found->second.machine->id());
  }

  void check_later() {
    timer_.expires_after(kCheckAbsence);
    timer_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const boost::system::error_code& error) {
      if (error || alive.expired()) return;
      review();
      check_later();
    });
  }

  boost::asio::io_context& io_;
  const Clock& clock_;
  MachineListener& listener_;
  Duration deadline_;
  QmpClient::PeerOf peer_;
  std::vector<std::unique_ptr<SocketDirectory>> directories_;
  std::map<std::string, std::string> named_;
  std::map<std::string, Entry> entries_;
  std::set<std::string> ignored_;      // sockets, already reported
  std::map<std::string, Twin> twins_;  // by socket
  Timer timer_;
  std::set<std::string> removed_;  // since the last review
  int reviews_ = 0;
  bool reviewing_ = false;
  bool check_places_ = false;
  bool retry_ = false;  // a directory changed: unreachable sockets may be reachable now
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

QemuMachines::QemuMachines(boost::asio::io_context& io, const Clock& clock, MachineListener& listener,
                           Duration deadline, QmpClient::PeerOf peer)
    : impl_(std::make_unique<Impl>(io, clock, listener, deadline, std::move(peer))) {}
QemuMachines::~QemuMachines() = default;

Result<void> QemuMachines::watch(const std::string& directory) { return impl_->watch(directory); }
Result<void> QemuMachines::add(const std::string& name, const std::string& path) {
  return impl_->add(name, path);
}
void QemuMachines::remove(const std::string& name) { impl_->remove(name); }
std::string QemuMachines::health() const { return impl_->health(); }

}  // namespace aerostat
