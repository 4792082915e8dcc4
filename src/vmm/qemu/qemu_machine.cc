#include "vmm/qemu/qemu_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "model/memory_block.h"
#include "vmm/machine_news.h"

namespace aerostat {

namespace {

using nlohmann::json;

bool broke(const Error& error) {
  return error.kind == Error::Kind::Timeout || error.kind == Error::Kind::Unavailable;
}

}  // namespace

// The answers to one reading's questions, which are sent together.
struct QemuMachine::Round {
  std::uint64_t orders = 0;
  int open = 0;
  bool broken = false;
  std::optional<Bytes> balloon;
  std::optional<Result<MemoryDevices>> memory;
  std::optional<RunStatus> run;
  std::optional<bool> migrating;
};

QemuMachine::QemuMachine(boost::asio::io_context& io, const Clock& clock, std::string name,
                         std::string socket, std::function<void()> changed, Duration deadline,
                         QmpClient::PeerOf peer)
    : io_(io),
      clock_(clock),
      id_{"qemu", socket},
      name_(std::move(name)),
      changed_(std::move(changed)),
      timer_(io, clock),
      stats_(io, clock, client_, [this](const GuestSample& sample, TimePoint at) { use_stats(sample, at); }),
      client_(io, clock, std::move(socket),
              {[this] { on_link(); }, [this](const QmpEvent& e) { on_event(e); }, std::move(peer)},
              deadline) {}

void QemuMachine::start() {
  client_.start();
  on_link();
}

Bytes QemuMachine::reachable(Bytes target) const {
  return ledger_.reachable(facts_.migrating ? std::min(target, facts_.at_once) : target);
}

void QemuMachine::set_target(Bytes target) {
  if (facts_.link != Link::Up || !up() || !adopted_) return;
  ledger_.want(reachable(target));
  aim();
  notify();
}

// Somebody else may have set its balloon meanwhile.
void QemuMachine::manage(bool wanted) {
  if (std::exchange(managed_, wanted) || !wanted) return;
  if (adopted_ && devices_.balloon && !facts_.target_known) adopt_anew();
}

void QemuMachine::prepare_to_grow() {
  if (facts_.link != Link::Up || !up() || !adopted_ || !memory_.has_plug || !memory_.has_balloon) return;
  if (facts_.migrating || facts_.backs_off) return;
  const Bytes target = facts_.target();
  // Another order's request is not repeated.
  if (open_of(memory_.plug_block) == Bytes{} || reachable(target) != target) return;
  ledger_.want(target);
  ledger_.open_block(target, clock_.now());
  aim();
}

void QemuMachine::on_link() {
  if (client_.process()) {
    if (facts_.known && process_ && process_ != client_.process()) replaced_ = true;
    process_ = client_.process();
    facts_.pid = process_->pid;
  }
  if (client_.link() == Link::Up) {
    if (session_ == client_.times_up()) return;
    session_ = client_.times_up();
    ledger_.want(std::nullopt);
    ledger_.begin_session();
    rounds_ = 0;
    asking_ = adopted_ = false;
    ask_devices();
    return;
  }
  // Its size and its target stay counted: orders without an answer may still be carried out.
  ledger_.want(std::nullopt);
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

// The balloon is ordered to keep its present size, so that we know its target from here on. Otherwise a
// running order of a predecessor could give memory away unnoticed.
void QemuMachine::adopt(Result<QemuDevices> devices) {
  if (!devices) {
    asking_ = false;
    return disbelieve(devices.error().message);
  }
  const bool again = devices->doubtful && devices_.doubtful;
  devices_again_ = again ? std::min<Duration>(devices_again_ * 2, kAskDevicesMost) : kAskDevicesAgain;
  // The order in force at a known balloon need not be determined again.
  const bool anew = std::exchange(settle_balloon_, false) || !adopted_ || !ledger_.balloon_obeys();
  const bool known = !anew && devices->balloon == devices_.balloon;
  devices_ = std::move(*devices);
  facts_.agent_socket = devices_.agent_socket;
  unmanaged_ = devices_.unmanaged;
  dimms_.begin(devices_);
  if (!devices_.balloon) stats_.stop();
  if (!devices_.balloon || known) {
    asking_ = false;
    return refresh();
  }
  client_.execute("query-balloon", json(nullptr), [this](const Result<json>& answer) {
    asking_ = false;
    const auto actual = answer ? bytes_in(*answer, "actual") : std::nullopt;
    if (!answer && broke(answer.error())) return;
    if (!actual) {
      no_balloon(answer ? "its answer makes no sense" : answer.error().message);
    } else {
      if (!devices_.hyperv) stats_.start(*devices_.balloon);
      ledger_.adopt_balloon(*actual + unmanaged_);
      order(true, *actual + unmanaged_);
    }
    refresh();
  });
}

// Its size and its target stay counted, and it gets no orders until its answers make sense.
void QemuMachine::disbelieve(const std::string& why) {
  adopted_ = false;
  ledger_.want(std::nullopt);
  set_link(Link::Lost, why);
  notify();
  schedule();
}

// It counts as if it were not there, until it is asked for again.
void QemuMachine::no_balloon(const std::string& why) {
  devices_.note += (devices_.note.empty() ? "" : "; ") + fmt::format("its balloon does not work: {}", why);
  devices_.balloon.reset();
  devices_.doubtful = true;
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
  // Its state first: a guest that has arrived by then has all its memory in the following answers.
  ask("query-status", json(nullptr), [round](const json& r) { round->run = run_status_of(r); });
  ask("query-migrate", json(nullptr), [round](const json& r) { round->migrating = migrates(r); });
  if (devices_.balloon) {
    ask("query-balloon", json(nullptr), [round](const json& r) { round->balloon = bytes_in(r, "actual"); });
  }
  ask("query-memory-devices", json(nullptr),
      [round](const json& r) { round->memory = memory_devices_of(r); });
  if (round->open > 0) ++rounds_;
}

void QemuMachine::apply(const Round& round) {
  const TimePoint now = clock_.now();
  const bool arrived =
      facts_.run_state == RunState::Incoming && round.run && round.run->state != RunState::Incoming;
  if (round.run) {
    facts_.run_state = round.run->state;
    facts_.run_note = round.run->note;
  }
  if (round.memory && !*round.memory) return disbelieve(round.memory->error().message);
  const MemoryDevices memory = round.memory ? **round.memory : MemoryDevices{};
  DeviceLedger::Reading reading{round.orders, devices_.boot_memory + memory.dimms, {}, {}, {}, {}};
  Bytes unmanaged;
  bool new_plug = false;
  for (const PlugDevice& device : memory.plugs) {
    // A second one of the same name would hide the first.
    if (!devices_.plug || device.memdev != devices_.plug_memdev || reading.plugged) {
      new_plug = new_plug || !devices_.others.contains(device.memdev);
      unmanaged += std::max(device.size, device.requested);
      continue;
    }
    memory_.plug_block = device.block;
    memory_.plug_maximum = device.maximum.round_down(device.block);
    reading.plugged = device.size;
    reading.plug_requested = device.requested;
  }
  unmanaged_ = reading.unmanaged = unmanaged;
  reading.base += unmanaged;
  if (round.balloon) reading.balloon = *round.balloon + unmanaged;
  reading.by_hyperv = devices_.balloon && devices_.hyperv;
  reading.deflates_on_oom = devices_.deflates_on_oom;
  if (reading.by_hyperv) reading.reach = memory.hyperv.value_or(Bytes{});
  reading.base += reading.reach;

  const bool lost_balloon = devices_.balloon && !round.balloon;
  const bool lost_plug = devices_.plug && !reading.plugged;
  if (!round.memory || lost_balloon || lost_plug || new_plug) {
    // Its devices have changed: numbers read through the old ones mean nothing.
    if (now - devices_asked_ < kAskDevicesAgain) return schedule();
    return ask_devices();
  }

  dimms_.read(memory, memory_, reading);
  const auto meddlings = facts_.meddlings;
  ledger_.read(reading, now);
  if (facts_.meddlings != meddlings) managed_ = false;  // its balloon is settled when it is managed again
  follow_migration(round.migrating.value_or(facts_.migrating));
  refusals_.say(facts_, now);
  facts_.manager_note = devices_.note;
  const auto add = [&](const std::string& note) {
    facts_.manager_note += (facts_.manager_note.empty() ? "" : "; ") + note;
  };
  if (!dimms_.note().empty()) add(dimms_.note());
  if (memory_.stops_at)
    add(fmt::format("its hv-balloon adds nothing above {} until its guest boots again",
                    format_bytes(*memory_.stops_at)));
  if (!std::exchange(adopted_, true)) set_link(Link::Up, "");
  if (const auto lie = dimms_.take_lie()) {
    refused(false, {}, *lie);
    return notify();
  }
  aim();
  notify();
  if (arrived) return adopt_anew();
  if (devices_.doubtful && now - devices_asked_ >= devices_again_) return ask_devices();
  schedule();
}

// Its balloon's target came with its guest, and is not ours.
void QemuMachine::adopt_anew() {
  settle_balloon_ = true;
  ask_devices();
}

// Nothing is plugged or unplugged meanwhile, so nothing is promised. It can be given the memory in its
// balloon.
void QemuMachine::follow_migration(bool migrating) {
  if (std::exchange(facts_.migrating, migrating) || !migrating || !memory_.goal) return;
  set_target(std::clamp(*memory_.goal, facts_.assigned(), facts_.at_once));
}

void QemuMachine::use_stats(const GuestSample& sample, TimePoint at) {
  facts_.has_balloon_stats = true;
  facts_.balloon_stats = ledger_.without_balloon(sample);
  facts_.balloon_stats->processors = devices_.processors;
  facts_.balloon_stats_at = at;
  notify();
}

// Also without an order: as plugged memory goes, the balloon has more room to give back.
void QemuMachine::aim() {
  if (!memory_.goal || !adopted_) return;
  const TimePoint now = clock_.now();
  const DeviceLedger::Orders orders =
      ledger_.aim(*memory_.goal, refusals_.may_ask(true, now), refusals_.may_ask(false, now));
  if (!orders.balloon && !orders.plug) return;
  ordered_at_ = now;
  if (orders.balloon) order(true, *orders.balloon);
  if (orders.plug) order(false, *orders.plug);
  refresh();
}

void QemuMachine::order(bool balloon, Bytes value) {
  const auto answered = [this, balloon, value, mine = session_](const Result<json>& done) {
    if (mine != session_ || (!done && broke(done.error()))) return;
    if (!done) return refused(balloon, value, done.error());
    ledger_.order_done(balloon, value);
    logged_refusal_.clear();
    refusals_.forget(balloon);
    refusals_.say(facts_, clock_.now());
  };
  if (balloon) {
    client_.execute("balloon", {{"value", (value - unmanaged_).count()}}, answered);
  } else if (devices_.plug) {
    client_.execute("qom-set",
                    {{"path", *devices_.plug}, {"property", "requested-size"}, {"value", value.count()}},
                    answered);
  } else if (memory_.by_dimms) {
    dimms_.add(value, answered);
  }
}

// Nothing is promised that is not in force. The caller may ask again after a while.
void QemuMachine::refused(bool balloon, Bytes value, const Error& error) {
  const TimePoint now = clock_.now();
  // A trade is undone instead.
  if (!ledger_.opens()) ledger_.want(std::nullopt);
  ledger_.order_failed(balloon, value, now);
  const char* what = balloon            ? "change its balloon"
                     : memory_.by_dimms ? "add a DIMM"
                                        : "change its plugged memory";
  const std::string why = fmt::format("QEMU refuses to {}: {}; it is asked again", what, error.message);
  refusals_.refused(balloon, why, now);
  if (std::exchange(logged_refusal_, why) != why)
    log_warn("event=vm.refused vm={} to={} note={}", log_word(name_), log_text(format_bytes(value)),
             log_text(why));
  if (balloon && !ledger_.balloon_obeys()) {
    // A predecessor's order may still be in force, with any value.
    no_balloon(error.message);
    refusals_.forget(balloon);
  }
  refusals_.say(facts_, now);
  refresh();
}

void QemuMachine::on_event(const QmpEvent& event) {
  const TimePoint now = clock_.now();
  const std::string& name = event.name;
  if (name == "BALLOON_CHANGE") {
    if (const auto actual = bytes_in(event.data, "actual"))
      ledger_.balloon_changed(*actual + unmanaged_, now);
    if (ledger_.wonders()) look();
  } else if (name == "HV_BALLOON_STATUS_REPORT") {
    // Its answer to a question would not say how old it is.
    const auto sample = hyperv_report_of(event.data, memory_.ballooned(), memory_.balloon_actual);
    if (sample && devices_.hyperv && facts_.known) use_stats(*sample, now);
  } else if (name == "MEMORY_DEVICE_SIZE_CHANGE") {
    const auto size = bytes_in(event.data, "size");
    const std::string path = string_in(event.data, "qom-path").value_or("");
    const bool ours = devices_.plug && path.starts_with(*devices_.plug + "/");
    if (size && ours) ledger_.plug_changed(*size, now);
    if (!ours) look();
  } else if (name == "STOP" || name == "SUSPEND" || name == "SUSPEND_DISK") {
    facts_.run_state = RunState::Paused;
    facts_.run_note = name == "STOP" ? "stopped by its owner" : "the guest sleeps";
    look();
  } else if (name == "RESUME" || name == "WAKEUP") {
    // A snapshot may have been loaded: then its memory differs from its requested size.
    facts_.run_state = RunState::Running;
    facts_.run_note.clear();
    if (adopted_) adopt_anew();
  } else if (name == "SHUTDOWN") {
    facts_.run_state = RunState::ShutDown;
    facts_.run_note = "the guest has shut down";
  } else if (name == "RESET") {
    ledger_.guest_reset(now);
    dimms_.guest_reset();
    stats_.forget();
    look();
  } else if (name == "MIGRATION") {
    look();
  } else if (name == "ACPI_DEVICE_OST") {  // a DIMM came or went
    if (event.data.is_object()) dimms_.guest_says(event.data.value("info", json::object()));
    look();
  } else if (name == "DEVICE_DELETED") {
    if (adopted_) ask_devices();
  } else {
    return;
  }
  if (adopted_) aim();
  notify();
}

// One look at a time; the regular one follows soon in any case.
void QemuMachine::look() {
  if (adopted_ && rounds_ == 0) refresh();
}

bool QemuMachine::quiet(TimePoint now) const {
  const bool moves = !ledger_.settled() || memory_.owed > Bytes{} || facts_.migrating ||
                     now - std::max(ordered_at_, ledger_.moved_at()) < kPollAtRest;
  const bool doubtful = devices_.doubtful || facts_.backs_off;
  const bool told = facts_.run_state == RunState::Running || facts_.run_state == RunState::Paused;
  return adopted_ && told && !moves && !doubtful;
}

void QemuMachine::schedule() {
  const TimePoint now = clock_.now();
  Duration wait = refusals_.until_again(quiet(now) ? kPollQuiet : kPollAtRest, now);
  if (adopted_ && !ledger_.settled()) {
    if (now - std::max(ordered_at_, ledger_.moved_at()) < kMovingFor) wait = kPollMoving;
    if (now - ordered_at_ < kOrderedFor) wait = kPollOrdered;
  }
  if (ledger_.wonders()) wait = std::min<Duration>(wait, kPollMoving);
  timer_.expires_after(wait);
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
  const std::string line = fmt::format("event=vm.link vm={} link={}{}", log_word(name_), link_name(link),
                                       note.empty() ? "" : " note=" + log_text(note));
  // A socket on which nobody ever answered is no VM, and no news.
  const bool nobody = !facts_.known && client_.absence() != QmpClient::Absence::None;
  if (link != facts_.link && !nobody) degraded ? log_warn("{}", line) : log_info("{}", line);
  facts_.link = link;
  facts_.link_note = printable(note, 300);
}

void QemuMachine::notify() {
  if (notifying_ || news_of(facts_) == news_of(told_)) return;
  notifying_ = true;
  boost::asio::post(io_, [this, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired()) return;
    notifying_ = false;
    told_ = facts_;
    if (changed_) changed_();
  });
}

}  // namespace aerostat
