#include "vmm/libvirt/libvirt_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>
#include <variant>

#include "base/log.h"
#include "base/text.h"
#include "vmm/dimm_plan.h"
#include "vmm/machine_news.h"
#include "vmm/stats_age.h"

namespace aerostat {

LibvirtMachine::LibvirtMachine(boost::asio::io_context& io, const Clock& clock, CallPool& pool,
                               DomainPlace place, Told changed, Duration deadline)
    : io_(io),
      clock_(clock),
      pool_(pool),
      place_(std::move(place)),
      id_{"libvirt", place_.uuid},
      changed_(std::move(changed.facts)),
      settings_changed_(std::move(changed.settings)),
      deadline_(deadline),
      timer_(io, clock) {}

void LibvirtMachine::connected() {
  connected_ = true;
  setting_period_ = settling_ = false;
  ++life_;
  reading_ = false;
  read();
}

void LibvirtMachine::disconnected(const std::string& why) {
  connected_ = false;
  ++life_;
  reading_ = false;
  silent(Link::Lost, why);
}

// Its size and its target stay counted: orders without an answer may still be carried out.
void LibvirtMachine::silent(Link link, const std::string& why) {
  ledger_.want(std::nullopt);
  adopted_ = settling_ = setting_period_ = false;
  set_link(link, why);
  notify();
}

void LibvirtMachine::read() {
  timer_.cancel();
  if (!connected_ || !gone_.empty()) return;
  if (std::exchange(reading_, true)) {
    read_again_ = true;
    return;
  }
  read_again_ = false;
  pool_.ask<DomainReading>(
      place_.uuid, deadline_,
      [place = place_](LibvirtSession& session) { return read_domain(session, place); },
      [this, alive = std::weak_ptr<int>(alive_), mine = life_,
       orders = ledger_.orders()](Result<DomainReading> reading) {
        if (!alive.expired() && mine == life_) take(std::move(reading), orders);
      });
}

void LibvirtMachine::take(Result<DomainReading> reading, std::uint64_t orders) {
  reading_ = false;
  if (reading) {
    apply(*reading, orders);
    if (read_again_) return read();
    return schedule();
  }
  const Error& error = reading.error();
  if (error.kind == Error::Kind::NotFound) {
    gone_ = "libvirt does not run it any more";
    return changed_();
  }
  ++life_;
  silent(error.kind == Error::Kind::Timeout ? Link::Hung : Link::Lost, error.message);
  read_after(kReadAgain);
}

void LibvirtMachine::apply(const DomainReading& reading, std::uint64_t orders) {
  const TimePoint now = clock_.now();
  if (reading.pid && facts_.pid && reading.pid != facts_.pid) {
    gone_ = "its process ended, and another one took its place";
    return changed_();
  }
  if (reading.pid) facts_.pid = reading.pid;
  if (!adopted_) {
    // An order without an answer may be in force, or not.
    std::exchange(lost_orders_, false) ? ledger_.lose_orders() : ledger_.begin_session();
    unsettled_ = true;
  }
  const DomainXml& xml = reading.xml;
  facts_.run_state = reading.run_state;
  facts_.run_note = reading.run_note;
  facts_.migrating = busy_ = reading.busy;
  facts_.agent_socket = xml.agent_socket;
  facts_.manager_note = note_of(xml);
  period_ = xml.stats_period;
  const bool others = std::exchange(settings_, xml.settings) != xml.settings;

  const bool free = xml.pinned.empty();
  plug_ = free && !xml.plugs.empty() ? std::optional(xml.plugs.front()) : std::nullopt;
  unmanaged_ = {};
  for (std::size_t i = plug_ ? 1 : 0; i < xml.plugs.size(); ++i)
    unmanaged_ += std::max(xml.plugs[i].current, xml.plugs[i].requested);
  DeviceLedger::Reading seen{orders, xml.boot + xml.dimms + unmanaged_, unmanaged_, {}, {}, {}};
  seen.deflates_on_oom = xml.deflates_on_oom;
  if (free && xml.balloon && reading.word.actual) seen.balloon = *reading.word.actual + unmanaged_;
  if (plug_) {
    memory_.plug_block = plug_->block;
    memory_.plug_maximum = plug_->maximum.round_down(plug_->block);
    seen.plugged = plug_->current;
    seen.plug_requested = plug_->requested;
    // What arrived just before the request was lowered may not have been heard of.
    if (plug_->current < plug_before_ && now - plug_lowered_at_ < kPlugLag) seen.orders = orders - 1;
  }
  const bool lacks_dimm = offer_dimms(xml, seen);
  const auto meddlings = facts_.meddlings;
  ledger_.read(seen, now);
  // Nothing is ordered until somebody says again that it is to be managed.
  if (facts_.meddlings != meddlings) managed_ = false;
  adopted_ = true;
  set_link(Link::Up, "");
  use_stats(reading);
  say_refusals();
  if (managed_ && (unsettled_ || !facts_.target_known)) settle();
  if (!managed_ && memory_.goal && ledger_.settled()) ledger_.want(std::nullopt);
  follow_period();
  if (lacks_dimm)
    refused(false, {}, {Error::Kind::Refused, "libvirt says that it added one, and does not have it"});
  aim();
  notify();
  if (others) settings_changed_();
}

// A domain without virtio-mem grows by DIMMs, if it has slots. True: one that was added is not there.
bool LibvirtMachine::offer_dimms(const DomainXml& xml, DeviceLedger::Reading& seen) {
  memory_.by_dimms = xml.pinned.empty() && xml.plugs.empty() && xml.no_dimms.empty() && xml.slots > 0;
  our_dimms_ = xml.our_numbers;
  const auto added = std::exchange(added_dimm_, std::nullopt);
  if (!memory_.by_dimms) return false;
  seen.dimms = xml.our_dimms;
  memory_.dimm_slots = xml.free_slots;
  const Bytes block = dimm_block(xml.boot);
  const Bytes step = dimm_step(xml.boot + xml.dimms, xml.room, xml.free_slots, block);
  memory_.plug_maximum = step > Bytes{} ? xml.room.round_down(block) : Bytes{};
  if (step > Bytes{}) {
    memory_.plug_block = step;
    seen.plugged = Bytes{};
  }
  return added && std::ranges::find(our_dimms_, *added) == our_dimms_.end();
}

void LibvirtMachine::keep(const Settings& settings, std::function<void(Result<void>)> done) {
  pool_.ask<std::monostate>(
      place_.uuid, deadline_,
      [place = place_, settings](LibvirtSession& session) -> Result<std::monostate> {
        if (Result<void> kept = write_settings(session, place, settings); !kept)
          return fail(std::move(kept.error()));
        return std::monostate{};
      },
      [this, alive = std::weak_ptr<int>(alive_), settings,
       done = std::move(done)](const Result<std::monostate>& kept) {
        if (kept && !alive.expired()) settings_ = settings;
        done(kept ? Result<void>{} : fail(kept.error()));
      });
}

std::string LibvirtMachine::note_of(const DomainXml& xml) const {
  std::string out;
  const auto note = [&](const std::string& text) {
    if (!text.empty()) out += (out.empty() ? "" : "; ") + text;
  };
  if (!xml.pinned.empty()) {
    note(xml.pinned + ": its memory cannot be managed");
  } else {
    if (!xml.balloon)
      note(fmt::format("no virtio balloon: it cannot shrink below {}", format_bytes(xml.boot + xml.dimms)));
    const std::string has = format_bytes(xml.boot + xml.dimms);
    if (xml.plugs.empty() && xml.slots == 0)
      note(fmt::format("no virtio-mem device: it cannot grow beyond {}; see aerostat adopt", has));
    else if (xml.plugs.empty() && !xml.no_dimms.empty())
      note(fmt::format("no virtio-mem device, and {}: no DIMM is added, and it cannot grow beyond {}",
                       xml.no_dimms, has));
    else if (xml.plugs.empty() && xml.free_slots == 0)
      note(fmt::format("all {} slots for DIMMs are used: it cannot grow beyond {}", xml.slots, has));
    if (xml.plugs.size() > 1)
      note(fmt::format("{} virtio-mem devices: only the first is managed; the others count as they are",
                       xml.plugs.size()));
    if (xml.deflates_on_oom) note(std::string(kDeflatesOnOom));
    note(xml.agent_note);
  }
  if (!facts_.pid)
    note(fmt::format("its process is not known ({}/{}.pid does not name it): its guest service is not heard",
                     place_.run_directory, printable(place_.name, 64)));
  note(xml.settings_note);
  return out;
}

// The same numbers within the same second are no news: nobody can tell whether the guest has answered.
void LibvirtMachine::use_stats(const DomainReading& reading) {
  const BalloonWord& word = reading.word;
  if (word.updated == 0 || (word.updated == stats_updated_ && word.sample == last_sample_)) return;
  stats_updated_ = word.updated;
  last_sample_ = word.sample;
  facts_.has_balloon_stats = true;
  facts_.balloon_stats = ledger_.without_balloon(word.sample);
  facts_.balloon_stats->processors = reading.xml.processors;
  facts_.balloon_stats_at = clock_.now() - stats_age(word.updated);
}

Bytes LibvirtMachine::reachable(Bytes target) const {
  return ledger_.reachable(facts_.migrating ? std::min(target, facts_.at_once) : target);
}

void LibvirtMachine::set_target(Bytes target) {
  if (!up() || busy_) return;
  ledger_.want(reachable(target));
  aim();
  notify();
}

void LibvirtMachine::manage(bool wanted) {
  if (std::exchange(managed_, wanted) == wanted || !up()) return;
  // Its owner may have set it by hand while we only watched.
  follow_period();
  read();
}

void LibvirtMachine::watch(bool closely) {
  if (std::exchange(closely_, closely) == closely || !up()) return;
  follow_period();
  schedule();
}

// Statistics are switched on only for a domain that is managed by them, and as they were afterwards.
void LibvirtMachine::follow_period() {
  if (!up() || busy_ || setting_period_ || !memory_.has_balloon) return;
  const bool needs = managed_ && closely_;
  std::optional<int> to;
  if (needs && period_ == 0) to = 1;
  if (!managed_ && period_before_) to = *period_before_;
  if (!to) return;
  period_before_ = needs ? std::optional(period_) : std::nullopt;
  setting_period_ = true;
  pool_.ask<std::monostate>(
      place_.uuid, deadline_,
      [place = place_, to](LibvirtSession& session) -> Result<std::monostate> {
        if (Result<void> done = set_stats_period(session, place, *to); !done) return fail(done.error());
        return std::monostate{};
      },
      [this, alive = std::weak_ptr<int>(alive_), mine = life_](const Result<std::monostate>& done) {
        if (alive.expired() || mine != life_) return;
        setting_period_ = !done.has_value();  // until the next connection
        if (!done)
          log_info("event=vm.statistics vm={} note={}", log_word(name()), log_text(done.error().message));
      });
}

// What its balloon was asked for is not known: it is asked to keep the present size, and is known from then.
void LibvirtMachine::settle() {
  if (settling_ || busy_ || !memory_.has_balloon || !refusals_.may_ask(true, clock_.now())) return;
  settling_ = true;
  unsettled_ = false;
  const Bytes actual = memory_.balloon_actual;
  ledger_.adopt_balloon(actual);
  order(true, actual);
  read();
}

// Also without an order: as plugged memory goes, the balloon has more room to give back.
void LibvirtMachine::aim() {
  if (!memory_.goal || !up() || busy_) return;
  const TimePoint now = clock_.now();
  const Bytes requested = memory_.plug_requested;
  const DeviceLedger::Orders orders =
      ledger_.aim(*memory_.goal, refusals_.may_ask(true, now), refusals_.may_ask(false, now));
  if (!orders.balloon && !orders.plug) return;
  ordered_at_ = now;
  if (orders.plug && *orders.plug < requested) {
    plug_before_ = requested;
    plug_lowered_at_ = now;
  }
  if (orders.balloon) order(true, *orders.balloon);
  if (orders.plug) order(false, *orders.plug);
  read();
}

void LibvirtMachine::order(bool balloon, Bytes value) {
  if (!balloon && !plug_ && !memory_.by_dimms) return;
  int dimm = 0;
  while (std::ranges::find(our_dimms_, dimm) != our_dimms_.end()) ++dimm;
  pool_.ask<std::monostate>(
      place_.uuid, deadline_,
      [place = place_, balloon, value, dimm, plug = plug_,
       unmanaged = unmanaged_](LibvirtSession& session) -> Result<std::monostate> {
        Result<void> done = balloon ? set_balloon(session, place, value - unmanaged)
                            : plug  ? set_requested(session, place, *plug, value)
                                    : add_dimm(session, place, dimm, value);
        if (!done) return fail(std::move(done.error()));
        return std::monostate{};
      },
      [this, alive = std::weak_ptr<int>(alive_), mine = life_, balloon, value, dimm,
       adds = !balloon && !plug_](const Result<std::monostate>& done) {
        if (alive.expired()) return;
        if (mine != life_) {
          lost_orders_ = lost_orders_ || !done;
          return;
        }
        if (adds && done) added_dimm_ = dimm;
        answered(balloon, value, done ? Result<void>{} : fail(done.error()));
      });
}

void LibvirtMachine::answered(bool balloon, Bytes value, const Result<void>& done) {
  if (balloon) settling_ = false;
  if (done) {
    ledger_.order_done(balloon, value);
    refusals_.forget(balloon);
    return say_refusals();
  }
  const Error::Kind kind = done.error().kind;
  if (kind != Error::Kind::Timeout && kind != Error::Kind::Unavailable)
    return refused(balloon, value, done.error());
  lost_orders_ = true;
  ++life_;
  reading_ = false;
  silent(kind == Error::Kind::Timeout ? Link::Hung : Link::Lost, done.error().message);
  read_after(kReadAgain);
}

// Nothing is promised that is not in force. The caller may ask again after a while.
void LibvirtMachine::refused(bool balloon, Bytes value, const Error& error) {
  const TimePoint now = clock_.now();
  ledger_.want(std::nullopt);
  ledger_.order_failed(balloon, value, now);
  const char* what = balloon            ? "change its balloon"
                     : memory_.by_dimms ? "add a DIMM"
                                        : "change its plugged memory";
  const std::string why = fmt::format("libvirt refuses to {}: {}; it is asked again", what, error.message);
  if (refusals_.refused(balloon, why, now))
    log_warn("event=vm.refused vm={} to={} note={}", log_word(name()), log_text(format_bytes(value)),
             log_text(why));
  say_refusals();
  notify();
  read();
}

void LibvirtMachine::say_refusals() {
  refusals_.say(facts_, clock_.now());
  facts_.backs_off = facts_.backs_off || busy_;
}

void LibvirtMachine::news(const DomainNews& news) {
  const TimePoint now = clock_.now();
  switch (news.kind) {
    case DomainNews::Kind::Balloon:
      ledger_.balloon_changed(news.size + unmanaged_, now);
      if (ledger_.wonders()) read();
      break;
    case DomainNews::Kind::Plug:
      if (plug_ && news.alias == plug_->alias) {
        plug_before_ = {};  // heard
        ledger_.plug_changed(news.size, now);
      }
      read();
      break;
    case DomainNews::Kind::Rebooted:
      ledger_.guest_reset(now);
      read();
      break;
    case DomainNews::Kind::LifeCycle:
      // A snapshot may have been loaded, or its guest may have arrived: its target is not ours then.
      if (news.event == VIR_DOMAIN_EVENT_RESUMED && adopted_) ledger_.lose_orders();
      read();
      break;
    case DomainNews::Kind::Definition: read(); break;
    case DomainNews::Kind::Disconnected: break;
  }
  if (up()) aim();
  notify();
}

// libvirtd does not answer: the kernel tells whether its QEMU has ended.
void LibvirtMachine::look_at_process() {
  if (facts_.link == Link::Up || !facts_.pid || !gone_.empty()) return;
  if (!may_run(*facts_.pid, place_.uuid)) gone_ = "its process has ended";
}

void LibvirtMachine::schedule() {
  const TimePoint now = clock_.now();
  Duration wait = !managed_ ? kReadWatched : closely_ ? kReadClosely : kReadManaged;
  const bool moves = !ledger_.settled() || facts_.giving;
  if (managed_ && moves && now - std::max(ordered_at_, ledger_.moved_at()) < kReadMovingFor)
    wait = kReadMoving;
  if (ledger_.wonders()) wait = kReadMoving;
  read_after(refusals_.until_again(wait, now));
}

void LibvirtMachine::read_after(Duration wait) {
  timer_.expires_after(wait);
  timer_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const boost::system::error_code& error) {
    if (!error && !alive.expired()) read();
  });
}

void LibvirtMachine::set_link(Link link, const std::string& note) {
  if (link == facts_.link && note == facts_.link_note) return;
  const bool degraded = link != Link::Up && link != Link::Connecting;
  const std::string line = fmt::format("event=vm.link vm={} link={}{}", log_word(name()), link_name(link),
                                       note.empty() ? "" : " note=" + log_text(note));
  if (link != facts_.link) degraded ? log_warn("{}", line) : log_info("{}", line);
  facts_.link = link;
  facts_.link_note = printable(note, 300);
}

void LibvirtMachine::notify() {
  if (notifying_ || news_of(facts_) == news_of(told_)) return;
  notifying_ = true;
  boost::asio::post(io_, [this, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired()) return;
    notifying_ = false;
    told_ = facts_;
    changed_();
  });
}

}  // namespace aerostat
