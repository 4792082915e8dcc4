#include "vmm/device_ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/memory_block.h"

namespace aerostat {

namespace {

constexpr Bytes kPage = Bytes::kib(4);

SplitInput input_of(const BalloonAndBlocks& f, const DeviceLedger& ledger) {
  return {.base = f.base,
          .unmanaged = f.unmanaged,
          .reach = f.reach,
          .has_balloon = f.has_balloon,
          .balloon_actual = f.balloon_actual,
          .balloon_counted = f.base_committed(),
          .has_plug = f.has_plug,
          .plug_block = f.plug_block,
          .plug_maximum = f.plug_maximum,
          .plugged = f.plugged,
          .plug_requested = f.plug_requested,
          .unplug_stuck = f.unplug_stuck,
          .balloon_stuck = ledger.balloon_stuck(),
          .trade_stuck = ledger.trade_stuck(),
          .opens = ledger.opens()};
}

Bytes above_base(Bytes target, const BalloonAndBlocks& f) { return std::max(Bytes{}, target - f.base); }

// Whatever changes is in the facts when the change is over.
struct Shown {
  const BalloonAndBlocks& memory;
  MachineFacts& facts;
  ~Shown() { memory.show(facts); }
};

}  // namespace

void DeviceLedger::want(std::optional<Bytes> goal) {
  memory_.goal = goal;
  memory_.show(facts_);
}

void DeviceLedger::adopt_balloon(Bytes actual) {
  const Shown shown{memory_, facts_};
  balloon_ordered_ = actual;
  balloon_in_force_.reset();
  hand_.forget();
  end_trade();
  trade_ = {};
  ++orders_;
}

void DeviceLedger::open_block(Bytes target, TimePoint now) {
  const Shown shown{memory_, facts_};
  if (trade_.stuck && now < trade_again_) return;
  if (trade_.stuck) trade_ = {};
  if (inflation_.stuck && now - inflation_.progress >= kTradeAgain) inflation_ = {};  // it may work by now
  opens_at_ = target;
}

void DeviceLedger::end_trade() {
  opens_at_.reset();
  returns_to_.reset();
  memory_.owed = {};
}

void DeviceLedger::give_up_trade(TimePoint now) {
  returns_to_ = opens_at_;
  opens_at_.reset();
  trade_.stuck = true;
  trade_again_ = now + kTradeAgain * (1 << std::min(trades_failed_, 6));
  ++trades_failed_;
}

Bytes DeviceLedger::open_at(Bytes target) const {
  return with_room_in_block(above_base(target, memory_), memory_.plug_block);
}

void DeviceLedger::follow_trade(TimePoint now) {
  if (opens_at_) {
    const Bytes open = open_at(*opens_at_);
    const Bytes taken = open - above_base(*opens_at_, memory_);
    memory_.owed = std::clamp(*opens_at_ - memory_.assigned(), Bytes{}, taken);
    if (memory_.plugged >= open) {
      end_trade();
      trades_failed_ = 0;
    }
  } else if (returns_to_) {
    memory_.owed = std::clamp(*returns_to_ - memory_.assigned(), Bytes{}, memory_.owed);
    if (memory_.owed == Bytes{}) returns_to_.reset();
  }
  const bool was_stuck = trade_.stuck;
  trade_.follow(opens_at_ && memory_.owed > Bytes{}, false, now, kTradePatience + lag_);
  if (trade_.stuck && !was_stuck) give_up_trade(now);
}

Bytes DeviceLedger::reachable(Bytes target) const {
  if (memory_.stops_at) target = std::min(target, *memory_.stops_at);
  return reachable_target(target, input_of(memory_, *this));
}

DeviceLedger::Orders DeviceLedger::aim(Bytes target, bool ask_balloon, bool ask_plug) {
  const Shown shown{memory_, facts_};
  // It has other work now.
  if (opens_at_ != target && returns_to_ != target) end_trade();
  // A balloon that shows less than the trade takes does not follow our orders.
  if (opens_at_ && memory_.balloon_actual + open_at(target) < target) end_trade();
  const Split split = split_target(target, input_of(memory_, *this));
  Orders out;
  if (memory_.has_balloon && ask_balloon && !finds_out() && !dimm_comes()) {
    // A driver that finds its target already met reports nothing, and QEMU would continue to show the balloon
    // of before the reset. One page makes it report.
    const bool must_speak = stale_balloon_ && split.balloon == memory_.base;
    const Bytes balloon = must_speak ? split.balloon - kPage : split.balloon;
    if (balloon_ordered_ != balloon || again_) out.balloon = balloon;
    if (memory_.balloon_target) memory_.balloon_target = std::max(*memory_.balloon_target, split.balloon);
  }
  if (memory_.has_plug && ask_plug) {
    // After a refused order, not before it is known what is in force.
    const bool may_order = memory_.by_dimms ? plug_ordered_ == Bytes{} : plug_ordered_.has_value();
    if (may_order && plug_ordered_ != split.plug) out.plug = split.plug;
    if (out.plug || !memory_.by_dimms) memory_.plug_requested = std::max(memory_.plug_requested, split.plug);
  }
  if (out.balloon) {
    balloon_ordered_ = out.balloon;
    again_ = grew_since_order_ = false;
    addition_ = {};
    hand_.forget();
  }
  if (out.plug) plug_ordered_ = out.plug;
  if (out.balloon || out.plug) ++orders_;
  return out;
}

void DeviceLedger::order_done(bool balloon, Bytes value) {
  if (balloon) balloon_in_force_ = value;
}

void DeviceLedger::order_failed(bool balloon, Bytes value, TimePoint now) {
  const Shown shown{memory_, facts_};
  ++orders_;  // a reading already under way does not answer what is in force
  if (opens_at_) give_up_trade(now);
  if (!balloon) {
    plug_ordered_.reset();
    return;
  }
  if (balloon_ordered_ == value) balloon_ordered_ = balloon_in_force_;
  if (!balloon_ordered_) memory_.balloon_target.reset();
}

void DeviceLedger::read(const Reading& reading, TimePoint now) {
  const Shown shown{memory_, facts_};
  const bool first = !facts_.known;
  const Bytes balloon_before = memory_.balloon_actual;
  const Bytes plugged_before = memory_.plugged;
  const Bytes base_before = memory_.base;
  const Bytes booted_before = memory_.booted();
  // Our own devices must not compensate for what others plug or unplug meanwhile, or for a DIMM.
  // A DIMM of ours is what was asked for.
  const Bytes came = first ? Bytes{} : std::max(Bytes{}, reading.dimms - memory_.dimms);
  if (memory_.goal && !first)
    memory_.goal = std::max(Bytes{}, *memory_.goal + (reading.base - memory_.base) - came);
  // The balloon's target does not include memory of devices that are not ours, so the target has not changed.
  // With a DIMM that was ordered after it, the target has moved.
  Bytes others = first ? Bytes{} : reading.unmanaged - memory_.unmanaged;
  if (dimm_comes()) others += came;
  for (std::optional<Bytes>* told :
       {&balloon_ordered_, &balloon_in_force_, &stale_balloon_, &memory_.balloon_target}) {
    if (*told) **told += others;
  }
  memory_.base = reading.base;
  memory_.unmanaged = reading.unmanaged;
  memory_.dimms = reading.dimms;
  memory_.has_balloon = reading.balloon.has_value();
  memory_.by_hyperv = reading.by_hyperv;
  memory_.reach = reading.reach;
  deflates_on_oom_ = reading.deflates_on_oom;
  memory_.highest = std::max(memory_.highest + memory_.booted() - booted_before, memory_.booted());
  if (memory_.stops_at) *memory_.stops_at += memory_.booted() - booted_before;
  memory_.least = memory_.has_balloon ? balloon_floor(memory_.booted(), memory_.unmanaged) : memory_.base;
  memory_.has_plug = reading.plugged.has_value();
  if (!memory_.has_balloon) {
    balloon_ordered_.reset();
    balloon_in_force_.reset();
  }
  const bool of_before_reset = memory_.by_hyperv && reading.orders < reset_orders_;
  saw_balloon(of_before_reset ? memory_.balloon_actual : reading.balloon.value_or(reading.base), now);
  if (memory_.by_hyperv) watch_reload(balloon_before, now);
  memory_.highest = std::max(memory_.highest, memory_.balloon_actual);
  const bool confirmed = reading.orders == orders_;
  const auto plug_before = plug_ordered_;
  if (reading.base != base_before) hand_.forget();  // a DIMM came or went, and its balloon counts it
  if (confirmed) {
    memory_.plug_requested = reading.plug_requested;
    plug_ordered_ = reading.plug_requested;
    memory_.balloon_target = balloon_ordered_;
  } else {
    memory_.plug_requested = std::max(memory_.plug_requested, reading.plug_requested);
  }
  saw_plugged(reading.plugged.value_or(Bytes()), now);
  if (!memory_.has_plug && !dimm_comes()) memory_.plug_requested = Bytes();
  if (confirmed && !first) watch_other_hand(plug_before, now);
  facts_.known = true;
  facts_.devices = memory_.devices();
  facts_.seen_at = now;
  if (first) {
    moved_at_ = now;
    return;
  }
  if (memory_.balloon_actual > balloon_before || memory_.plugged > plugged_before) facts_.grew_at = now;
  if (memory_.balloon_actual != balloon_before || memory_.plugged != plugged_before) moved_at_ = now;
}

void DeviceLedger::balloon_changed(Bytes actual, TimePoint now) {
  const Shown shown{memory_, facts_};
  if (!facts_.known || !memory_.has_balloon) return;
  const Bytes before = memory_.balloon_actual;
  saw_balloon(actual, now);
  if (memory_.balloon_actual > before) facts_.grew_at = now;
  if (memory_.balloon_actual != before) moved_at_ = now;
}

void DeviceLedger::plug_changed(Bytes plugged, TimePoint now) {
  const Shown shown{memory_, facts_};
  if (!facts_.known || !memory_.has_plug) return;
  const Bytes before = memory_.plugged;
  saw_plugged(plugged, now);
  if (plugged > before) facts_.grew_at = now;
  if (plugged != before) moved_at_ = now;
}

void DeviceLedger::guest_reset(TimePoint now) {
  const Shown shown{memory_, facts_};
  const bool same = facts_.resets > 0 && now - reset_at_ < kSameReset;
  reset_at_ = now;
  if (!same) ++facts_.resets;
  inflation_ = trade_ = {};
  hand_.forget();
  end_trade();
  facts_.balloon_stats.reset();
  if (!facts_.known || !memory_.has_balloon) return;
  if (memory_.by_hyperv) {
    // What was added is gone, what was taken is back, and the order is void. It counts until a new one is in
    // force.
    memory_.balloon_actual = memory_.highest = memory_.booted();
    reset_orders_ = ++orders_;
    memory_.stops_at.reset();
    addition_ = {};
    grew_since_order_ = false;
    again_ = true;
    // A refused repetition leaves it there, and the order is sent again.
    if (balloon_in_force_) balloon_in_force_ = memory_.booted();
    return;
  }
  if (memory_.balloon_actual >= memory_.base) return;
  stale_balloon_ = memory_.balloon_actual;
  memory_.balloon_actual = memory_.base;
}

void DeviceLedger::begin_session() {
  plug_ordered_.reset();
  balloon_in_force_.reset();
  hand_.forget();
}

void DeviceLedger::lose_orders() {
  const Shown shown{memory_, facts_};
  begin_session();
  end_trade();
  balloon_ordered_.reset();
  memory_.balloon_target.reset();
}

bool DeviceLedger::wonders() const {
  return balloon_in_force_ && balloon_in_force_ == balloon_ordered_ &&
         hand_.is_off(*balloon_ordered_, memory_.balloon_actual);
}

bool DeviceLedger::dimm_comes() const { return memory_.by_dimms && plug_ordered_ > Bytes{}; }

bool DeviceLedger::finds_out() const {
  return off_since_ && wonders() && looked_at_ - *off_since_ < kSureWithin;
}

void DeviceLedger::watch_other_hand(std::optional<Bytes> plug_before, TimePoint now) {
  const bool asked = memory_.has_plug && !memory_.by_dimms;
  if (asked && plug_before && *plug_before != memory_.plug_requested) {
    meddled(fmt::format("its plugged memory was asked to be {}, by something else than Aerostat ({} before)",
                        format_bytes(memory_.plug_requested), format_bytes(*plug_before)));
  }
  if (stale_balloon_ || !balloon_in_force_ || balloon_in_force_ != balloon_ordered_) return;
  if (!hand_.sets(*balloon_ordered_, memory_.balloon_actual, now)) return;
  // Its guest ran out and took memory back. It counts as seen, and our order stands.
  if (deflates_on_oom_ && memory_.balloon_actual > *balloon_ordered_) return hand_.forget();
  meddled(fmt::format("something else than Aerostat moves its balloon: it leaves {}, and {} was asked for",
                      format_bytes(memory_.balloon_actual), format_bytes(*balloon_ordered_)));
  balloon_ordered_.reset();
  balloon_in_force_.reset();
  memory_.balloon_target.reset();
}

// A driver that is loaded anew has all that was ever added, and its order is void. No event tells. Another
// hand may order just that size: it would do so again.
void DeviceLedger::watch_reload(Bytes before, TimePoint now) {
  const Bytes actual = memory_.balloon_actual;
  if (before >= memory_.highest || actual != memory_.highest) return;
  if (!balloon_ordered_ || *balloon_ordered_ >= actual) return;
  if (reloaded_at_ && now - *reloaded_at_ < kReloadAgain) return;
  reloaded_at_ = now;
  again_ = true;
  hand_.forget();
}

void DeviceLedger::meddled(std::string how) {
  ++facts_.meddlings;
  facts_.meddled = std::move(how);
  memory_.goal.reset();
  end_trade();
  hand_.forget();
}

GuestSample DeviceLedger::without_balloon(GuestSample statistics) const {
  if (deflates_on_oom_ && statistics.total)
    *statistics.total = std::max(Bytes{}, *statistics.total - memory_.ballooned());
  return statistics;
}

bool DeviceLedger::settled() const {
  const bool balloon =
      !memory_.has_balloon || !balloon_ordered_ || memory_.balloon_actual == *balloon_ordered_;
  const bool plug = !memory_.has_plug || !plug_ordered_ || memory_.plugged == *plug_ordered_;
  return balloon && plug;
}

void DeviceLedger::Asked::follow(bool asked, bool progressed, TimePoint now, Duration patience) {
  if (asked && (progressed || !under_way)) progress = now;
  under_way = asked;
  if (asked && now - progress >= patience) stuck = true;
}

void DeviceLedger::saw_balloon(Bytes actual, TimePoint now) {
  const bool stale = stale_balloon_ && actual == *stale_balloon_;
  if (!stale) stale_balloon_.reset();
  const Bytes before = memory_.balloon_actual;
  memory_.balloon_actual = stale ? memory_.base : std::min(actual, memory_.base);
  looked_at_ = now;
  off_since_ = wonders() ? std::optional(off_since_.value_or(now)) : std::nullopt;
  // A balloon that moves has a driver. That nothing is requested of it any more says nothing.
  if (!stale && memory_.balloon_actual != before) inflation_.stuck = false;
  inflation_.follow(balloon_ordered_ && memory_.balloon_actual > *balloon_ordered_,
                    memory_.balloon_actual < before, now, kBalloonPatience);
  if (memory_.by_hyperv) follow_addition(now);
  follow_trade(now);
}

// Before its first step nobody knows whether the guest waits: its device is quiet for 50 s after a boot.
// Below the most that it had, its balloon only gives back, and nothing is added.
void DeviceLedger::follow_addition(TimePoint now) {
  const Bytes actual = memory_.balloon_actual;
  const bool adds = balloon_ordered_ && actual < *balloon_ordered_ && actual >= memory_.highest;
  const bool grew = actual > memory_.highest;
  if (grew) {
    // It was slow, and refused nothing.
    memory_.stops_at.reset();
    addition_.stuck = false;
  }
  grew_since_order_ = (grew_since_order_ || grew) && adds;
  addition_.follow(grew_since_order_, grew, now, kAdditionPatience);
  if (addition_.stuck && !memory_.stops_at) memory_.stops_at = actual;
}

void DeviceLedger::saw_plugged(Bytes plugged, TimePoint now) {
  const bool progress = plugged < memory_.plugged;
  memory_.plugged = plugged;
  const bool unplugging = plug_ordered_ && plugged > *plug_ordered_;
  unplug_.follow(unplugging, progress, now, kUnplugPatience + lag_);
  if (!unplugging) unplug_.stuck = false;
  memory_.unplug_stuck = unplug_.stuck;
  follow_trade(now);
}

}  // namespace aerostat
