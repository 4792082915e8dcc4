#include "vmm/target_split.h"

#include <algorithm>

#include "model/memory_block.h"

namespace aerostat {

namespace {

constexpr Bytes kLeastBalloon = Bytes::mib(32);  // no supported guest runs with less

Bytes not_negative(Bytes amount) { return std::max(amount, Bytes()); }

// What the plugged memory holds, or may hold until it is seen not to come.
Bytes plug_held(const SplitInput& vm) { return std::max(vm.plugged, vm.plug_requested); }

Bytes floor_of(const SplitInput& vm) { return balloon_floor(vm.base - vm.reach, vm.unmanaged); }

// What stays plugged though the balloon could give as much.
Bytes stays_plugged(Bytes target, const SplitInput& vm) {
  // The part of a stuck trade that arrived.
  const Bytes asked = vm.trade_stuck ? std::min(vm.plugged, vm.plug_requested) : vm.plug_requested;
  const Bytes there = std::max(vm.plugged, asked).round_down(vm.plug_block);
  // A VM that is to grow has no memory to lose on the way, and its kernel no time for an unplug.
  if (target > vm.balloon_actual + there) return there;
  // While the balloon is inflated (after a stuck unplug, or a trade), taking memory away only to deflate the
  // balloon would move it for nothing.
  return std::min(asked, not_negative(target - vm.balloon_actual).round_down(vm.plug_block));
}

// What is plugged so that Linux has room in its last block, and more can arrive without memory of the guest;
// nothing if it has room, or cannot have it. The balloon compensates for the amount above the target.
Bytes left_open(Bytes target, const SplitInput& vm) {
  const Bytes above = not_negative(target - vm.base);
  const Bytes open = with_room_in_block(above, vm.plug_block);
  if (!vm.has_balloon || open == above || vm.plug_maximum < open) return {};
  // A balloon that holds something is slow, and not without a driver.
  if (vm.balloon_stuck && vm.balloon_actual >= vm.base) return {};
  if (target - open < floor_of(vm)) return {};
  // Only the first block is worth waiting for a balloon.
  const bool stays = above == Bytes{} || !vm.balloon_stuck;
  const bool is_there = stays && std::min(vm.plugged, vm.plug_requested) >= open;
  const bool may_come =
      vm.opens && !vm.trade_stuck && target <= vm.balloon_actual + plug_held(vm) + open - above;
  return is_there || may_come ? open : Bytes{};
}

}  // namespace

Bytes balloon_floor(Bytes base, Bytes unmanaged) {
  const Bytes booted = not_negative(base - unmanaged);
  const Bytes share = Bytes::of(booted.count() / 16).round_up(kBalloonGrain);
  return std::min(base, unmanaged + std::max(kLeastBalloon, share));
}

Bytes reachable_target(Bytes target, const SplitInput& vm) {
  const Bytes least = vm.has_balloon ? floor_of(vm) : vm.base;
  if (vm.reach > Bytes{})
    return Levels::around(vm.base - vm.reach, kBalloonGrain, kHyperVGrain, least, vm.base).below(target);
  const Bytes most = vm.has_plug ? vm.base + vm.plug_maximum : vm.base;
  return Levels::around(vm.base, kBalloonGrain, vm.plug_block, least, most).below(target);
}

Split split_target(Bytes wanted, const SplitInput& vm) {
  const Bytes target = reachable_target(wanted, vm);
  Split out{vm.base, Bytes()};
  Bytes plug_in_the_end;

  if (vm.has_plug) {
    const Bytes open = left_open(target, vm);
    out.plug = std::max(not_negative(target - vm.base), stays_plugged(target, vm));
    plug_in_the_end = std::max(out.plug, open);
    // Nothing is plugged in exchange for what the balloon has not taken yet.
    const bool taken = vm.balloon_counted + plug_in_the_end <= target;
    if (plug_held(vm) >= plug_in_the_end || taken) out.plug = plug_in_the_end;
  }
  if (!vm.has_balloon) return out;

  // What the plugged memory may hold until it is seen to be gone, and what that leaves for the base.
  const Bytes held = std::max(plug_held(vm), out.plug);
  const Bytes room = target - held;
  const Bytes in_the_end = std::min(vm.base, target - plug_in_the_end);
  // During an unplug the balloon does not stand in for it. It never gives more than there is room for.
  const Bytes now = vm.unplug_stuck ? room : std::max(room, vm.balloon_actual);
  const Bytes floor = std::min(floor_of(vm), vm.balloon_actual);
  out.balloon = std::max(floor, std::min(in_the_end, now));
  return out;
}

}  // namespace aerostat
