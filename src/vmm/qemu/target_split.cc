#include "vmm/qemu/target_split.h"

#include <algorithm>

namespace aerostat {

namespace {

constexpr Bytes kLeastBalloon = Bytes::mib(32);  // no supported guest runs with less

Bytes not_negative(Bytes amount) { return std::max(amount, Bytes()); }

// What stays plugged though the balloon could give as much.
Bytes stays_plugged(Bytes target, const SplitInput& vm) {
  const Bytes there = std::max(vm.plugged, vm.plug_requested).round_down(vm.plug_block);
  // Who is to have more has no memory to lose on the way, and its kernel no time for an unplug.
  if (target > vm.balloon_actual + there) return there;
  // While the balloon is inflated (that happens after a stuck unplug), taking memory away only to deflate the
  // balloon would move it for nothing.
  return std::min(vm.plug_requested, not_negative(target - vm.balloon_actual).round_down(vm.plug_block));
}

}  // namespace

Bytes balloon_floor(Bytes base) {
  const Bytes share = Bytes::of(base.count() / 16).round_up(kBalloonGrain);
  return std::min(base, std::max(kLeastBalloon, share));
}

Bytes reachable_target(Bytes target, const SplitInput& vm) {
  if (target >= vm.base) {
    if (!vm.has_plug) return vm.base;
    return vm.base + std::min(vm.plug_maximum, (target - vm.base).round_down(vm.plug_block));
  }
  if (!vm.has_balloon) return vm.base;
  return std::max(balloon_floor(vm.base), not_negative(target).round_down(kBalloonGrain));
}

Split split_target(Bytes wanted, const SplitInput& vm) {
  const Bytes target = reachable_target(wanted, vm);
  Split out{vm.base, Bytes()};

  if (vm.has_plug) {
    const Bytes above_base = not_negative(target - vm.base);
    out.plug = std::max(above_base, stays_plugged(target, vm));
  }
  if (!vm.has_balloon) return out;

  // What may be in the plugged memory until it is seen to be gone, and what that leaves for the base.
  const Bytes held = std::max({vm.plugged, vm.plug_requested, out.plug});
  const Bytes room = target - held;
  const Bytes in_the_end = std::min(vm.base, target - out.plug);
  // While an unplug is under way the balloon does not take; it never gives more than there is room for.
  const Bytes now = vm.unplug_stuck ? room : std::max(room, vm.balloon_actual);
  const Bytes floor = std::min(balloon_floor(vm.base), vm.balloon_actual);
  out.balloon = std::max(floor, std::min(in_the_end, now));
  return out;
}

}  // namespace aerostat
