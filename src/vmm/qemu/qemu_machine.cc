#include "vmm/qemu/qemu_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "model/memory_block.h"

namespace aerostat {

namespace {

using nlohmann::json;

// After an unexpected answer the devices are asked for again, but not more often than this.
constexpr Duration kAskDevicesAgain = std::chrono::seconds(5);

constexpr std::string_view link_name(Link link) {
  switch (link) {
    case Link::Connecting: return "connecting";
    case Link::Up: return "up";
    case Link::Hung: return "hung";
    case Link::Denied: return "denied";
    case Link::Lost: return "lost";
  }
  return "?";
}

// What listeners act on. seen_at alone is no news.
auto news(const MachineFacts& f) {
  return std::tie(f.link, f.link_note, f.run_state, f.pid, f.known, f.base, f.has_balloon, f.balloon_actual,
                  f.balloon_target, f.has_plug, f.plug_maximum, f.plugged, f.plug_requested, f.agent_socket,
                  f.manager_note, f.balloon_stats_at, f.resets);
}

bool broke(const Error& error) {
  return error.kind == Error::Kind::Timeout || error.kind == Error::Kind::Unavailable;
}

}  // namespace

// The answers to one reading's questions, asked in one go.
struct QemuMachine::Round {
  std::uint64_t orders = 0;
  int open = 0;
  bool broken = false;
  std::optional<Bytes> balloon;
  std::optional<MemoryDevices> memory;
  std::optional<RunState> run_state;
};

QemuMachine::QemuMachine(boost::asio::io_context& io, const Clock& clock, std::string name,
                         std::string socket, std::function<void()> changed, Duration deadline)
    : io_(io),
      clock_(clock),
      name_(std::move(name)),
      changed_(std::move(changed)),
      timer_(io),
      stats_(io, clock, client_, [this](const GuestSample& sample, TimePoint at) { use_stats(sample, at); }),
      client_(io, std::move(socket), {[this] { on_link(); }, [this](const QmpEvent& e) { on_event(e); }},
              deadline) {}

void QemuMachine::start() {
  client_.start();
  on_link();
}

Bytes QemuMachine::reachable(Bytes target) const { return ledger_.reachable(target); }

void QemuMachine::set_target(Bytes target) {
  if (facts_.link != Link::Up || !up() || !adopted_) return;
  facts_.goal = reachable(target);
  aim();
  notify();
}

void QemuMachine::prepare_to_grow() {
  if (facts_.link != Link::Up || !up() || !adopted_ || !facts_.has_plug || !facts_.has_balloon) return;
  const Bytes target = facts_.target();
  // What was asked of it by somebody else is not asked again.
  if (open_of(facts_.plug_block) == Bytes{} || reachable(target) != target) return;
  facts_.goal = target;
  ledger_.open_block(target, clock_.now());
  aim();
}

void QemuMachine::on_link() {
  if (facts_.known && facts_.pid && client_.pid() && facts_.pid != client_.pid()) replaced_ = true;
  if (client_.pid()) facts_.pid = client_.pid();
  if (client_.link() == Link::Up) {
    if (session_ == client_.times_up()) return;
    session_ = client_.times_up();
    facts_.goal.reset();
    rounds_ = 0;
    asking_ = adopted_ = false;
    ask_devices();
    return;
  }
  // What it holds and was told stays counted: orders without an answer may still be carried out.
  facts_.goal.reset();
  asking_ = adopted_ = false;
  timer_.cancel();
  stats_.stop();
  set_link(client_.link(), client_.note());
  notify();
}

void QemuMachine::ask_devices() {
  if (asking_) return;
  asking_ = true;
  devices_asked_ = clock_.now();
  probe_qemu(client_, [this, mine = session_](Result<QemuDevices> devices) {
    if (mine == session_ && up()) adopt(std::move(devices));
  });
}

// The balloon is ordered to stay where it is seen to be, so that we know its target from here on: one that
// somebody before us ordered and that is still under way would otherwise give memory away behind our back.
void QemuMachine::adopt(Result<QemuDevices> devices) {
  if (!devices) {
    asking_ = false;
    set_link(Link::Lost, devices.error().message);
    notify();
    return schedule();
  }
  devices_ = std::move(*devices);
  facts_.run_state = devices_.run_state;
  facts_.agent_socket = devices_.agent_socket;
  unmanaged_ = devices_.unmanaged;
  if (!devices_.balloon) {
    asking_ = false;
    stats_.stop();
    return refresh();
  }
  client_.execute("query-balloon", json(nullptr), [this](const Result<json>& answer) {
    asking_ = false;
    const auto actual = answer ? bytes_in(*answer, "actual") : std::nullopt;
    if (!answer && broke(answer.error())) return;
    if (!actual) {
      const std::string why = answer ? "its answer makes no sense" : answer.error().message;
      devices_.note +=
          (devices_.note.empty() ? "" : "; ") + fmt::format("its balloon does not work: {}", why);
      devices_.balloon.reset();
    } else {
      if (devices_.balloon_stats) stats_.start(*devices_.balloon);
      ledger_.adopt_balloon(*actual + unmanaged_);
      order(true, *actual + unmanaged_);
    }
    refresh();
  });
}

void QemuMachine::refresh() {
  const auto round = std::make_shared<Round>();
  round->orders = ledger_.orders();
  const auto ask = [&](const char* command, const json& arguments, std::function<void(const json&)> use) {
    const bool sent = client_.execute(
        command, arguments, [this, round, mine = session_, use = std::move(use)](const Result<json>& r) {
          if (r) use(*r);
          if (!r && broke(r.error())) round->broken = true;
          if (--round->open > 0 || mine != session_) return;
          --rounds_;
          if (!round->broken && up()) apply(*round);
        });
    if (sent) ++round->open;
  };
  if (devices_.balloon) {
    ask("query-balloon", json(nullptr), [round](const json& r) { round->balloon = bytes_in(r, "actual"); });
  }
  ask("query-memory-devices", json(nullptr),
      [round](const json& r) { round->memory = memory_devices_of(r); });
  ask("query-status", json(nullptr), [round](const json& r) { round->run_state = run_state_of(r); });
  if (round->open > 0) ++rounds_;
}

void QemuMachine::apply(const Round& round) {
  const TimePoint now = clock_.now();
  const MemoryDevices memory = round.memory.value_or(MemoryDevices{});
  DeviceLedger::Reading reading{round.orders, devices_.boot_memory + memory.dimms, {}, {}, {}, {}};
  Bytes unmanaged;
  for (const PlugDevice& device : memory.plugs) {
    if (!devices_.plug || device.memdev != devices_.plug_memdev) {
      unmanaged += std::max(device.size, device.requested);
      continue;
    }
    facts_.plug_block = device.block;
    facts_.plug_maximum = device.maximum.round_down(device.block);
    reading.plugged = device.size;
    reading.plug_requested = device.requested;
  }
  unmanaged_ = reading.unmanaged = unmanaged;
  reading.base += unmanaged;
  if (round.balloon) reading.balloon = *round.balloon + unmanaged;

  const bool lost_balloon = devices_.balloon && !round.balloon;
  const bool lost_plug = devices_.plug && !reading.plugged;
  const bool new_plug = !devices_.plug && !memory.plugs.empty();
  if (!round.memory || lost_balloon || lost_plug || new_plug) {
    // Its devices are not what they were: numbers read through the old ones say nothing.
    if (now - devices_asked_ < kAskDevicesAgain) return schedule();
    return ask_devices();
  }

  ledger_.read(reading, now);
  if (round.run_state) facts_.run_state = *round.run_state;
  say_notes();
  if (!std::exchange(adopted_, true)) set_link(Link::Up, "");
  aim();
  notify();
  schedule();
}

void QemuMachine::use_stats(const GuestSample& sample, TimePoint at) {
  facts_.has_balloon_stats = true;
  facts_.balloon_stats = sample;
  facts_.balloon_stats->processors = devices_.processors;
  facts_.balloon_stats_at = at;
  notify();
}

// Also while nothing was asked: as plugged memory goes, the balloon has more room to give back.
void QemuMachine::aim() {
  if (!facts_.goal || !adopted_) return;
  const DeviceLedger::Orders orders = ledger_.aim(*facts_.goal);
  if (!orders.balloon && !orders.plug) return;
  ordered_at_ = clock_.now();
  if (orders.balloon) order(true, *orders.balloon);
  if (orders.plug) order(false, *orders.plug);
  refresh();
}

void QemuMachine::order(bool balloon, Bytes value) {
  const auto answered = [this, balloon, value, mine = session_](const Result<json>& done) {
    if (mine != session_ || (!done && broke(done.error()))) return;
    if (done) {
      trouble_.clear();
      return;
    }
    // Or it would be tried again with each reading; the next set_target() may. A trade is undone instead.
    if (!ledger_.opens()) facts_.goal.reset();
    ledger_.order_failed(balloon, clock_.now());
    trouble_ = fmt::format("QEMU refused to set {} to {}: {}", balloon ? "the balloon" : "the memory to plug",
                           format_bytes(value), done.error().message);
    log_warn("event=vm.refused vm={} note=\"{}\"", name_, trouble_);
    refresh();
  };
  if (balloon) {
    client_.execute("balloon", {{"value", (value - unmanaged_).count()}}, answered);
  } else if (devices_.plug) {
    client_.execute("qom-set",
                    {{"path", *devices_.plug}, {"property", "requested-size"}, {"value", value.count()}},
                    answered);
  }
}

void QemuMachine::on_event(const QmpEvent& event) {
  const TimePoint now = clock_.now();
  const std::string& name = event.name;
  if (name == "BALLOON_CHANGE") {
    if (const auto actual = bytes_in(event.data, "actual"))
      ledger_.balloon_changed(*actual + unmanaged_, now);
  } else if (name == "MEMORY_DEVICE_SIZE_CHANGE") {
    const auto size = bytes_in(event.data, "size");
    const std::string path = string_in(event.data, "qom-path").value_or("");
    if (size && devices_.plug && path.starts_with(*devices_.plug + "/")) ledger_.plug_changed(*size, now);
  } else if (name == "STOP" || name == "SUSPEND" || name == "SUSPEND_DISK") {
    facts_.run_state = RunState::Paused;
  } else if (name == "RESUME" || name == "WAKEUP") {
    facts_.run_state = RunState::Running;
  } else if (name == "SHUTDOWN") {
    facts_.run_state = RunState::ShutDown;
  } else if (name == "RESET") {
    ledger_.guest_reset(now);
    // One look at a time; the regular one follows soon in any case.
    if (adopted_ && rounds_ == 0) refresh();
  } else if (name == "DEVICE_DELETED") {
    if (adopted_) ask_devices();
  } else {
    return;
  }
  if (adopted_) aim();
  notify();
}

void QemuMachine::schedule() {
  const TimePoint now = clock_.now();
  Duration wait = kPollAtRest;
  if (adopted_ && !ledger_.settled()) {
    if (now - std::max(ordered_at_, ledger_.moved_at()) < kMovingFor) wait = kPollMoving;
    if (now - ordered_at_ < kOrderedFor) wait = kPollOrdered;
  }
  timer_.expires_after(std::chrono::duration_cast<boost::asio::steady_timer::duration>(wait));
  timer_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const boost::system::error_code& error) {
    if (error || alive.expired() || !up()) return;
    if (devices_.boot_memory == Bytes()) return ask_devices();
    if (rounds_ == 0) refresh();
  });
}

void QemuMachine::set_link(Link link, const std::string& note) {
  if (link == facts_.link && note == facts_.link_note) return;
  const bool degraded =
      link != Link::Up && link != Link::Connecting && facts_.run_state != RunState::ShutDown;
  const std::string line = fmt::format("event=vm.link vm={} link={}{}", name_, link_name(link),
                                       note.empty() ? "" : fmt::format(" note=\"{}\"", printable(note, 300)));
  // A socket nobody has ever answered on is no VM, and no news.
  const bool nobody = !facts_.known && client_.absence() != QmpClient::Absence::None;
  if (link != facts_.link && !nobody) degraded ? log_warn("{}", line) : log_info("{}", line);
  facts_.link = link;
  facts_.link_note = printable(note, 300);
}

void QemuMachine::say_notes() {
  facts_.manager_note = devices_.note;
  if (trouble_.empty()) return;
  if (!facts_.manager_note.empty()) facts_.manager_note += "; ";
  facts_.manager_note += trouble_;
}

void QemuMachine::notify() {
  if (notifying_ || news(facts_) == news(told_)) return;
  notifying_ = true;
  boost::asio::post(io_, [this, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired()) return;
    notifying_ = false;
    told_ = facts_;
    if (changed_) changed_();
  });
}

}  // namespace aerostat
