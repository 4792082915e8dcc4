#include "policy/wants.h"

#include <algorithm>

#include "model/memory_block.h"
#include "policy/tuning.h"

namespace aerostat {

namespace {

Bytes least_of(const VmView& vm) {
  return std::clamp(vm.learned_floor, vm.limits.minimum, vm.limits.maximum);
}

// A learned floor lies on top of the guest's use and moves with it. Such a move is not a want.
Bytes least_before_growth(const VmView& vm) {
  return std::clamp(vm.learned_floor - kSlack, vm.limits.minimum, vm.limits.maximum);
}

Bytes as_it_is(const VmView& vm) { return std::clamp(vm.target, vm.limits.minimum, vm.limits.maximum); }

// The buffer that the owner asked for; zero: none, it is learned.
Bytes owners_buffer(const Limits& limits, Bytes demand) {
  if (!limits.buffer_percent) return {};
  return std::max(demand.scaled(*limits.buffer_percent / 100.0), kLeastHeadroom);
}
Bytes owners_buffer(const VmView& vm) { return vm.demand ? owners_buffer(vm.limits, *vm.demand) : Bytes{}; }

Bytes with_headroom(const VmView& vm, Bytes room) {
  if (!vm.demand) return as_it_is(vm);
  return std::clamp(*vm.demand + room, least_of(vm), vm.limits.maximum);
}

// With less than this above demand it is low.
Bytes low_headroom(const VmView& vm) { return vm.headroom + for_a_block(vm); }

}  // namespace

Bytes buffer_for(const Limits& limits, Bytes demand, Bytes headroom) {
  return std::max(owners_buffer(limits, demand), headroom);
}

Bytes for_a_block(const VmView& vm) {
  return vm.rising && vm.room_in_block ? std::max(Bytes{}, kRoomInBlock - *vm.room_in_block) : Bytes{};
}

Parts wanted_parts(const VmView& vm) {
  Parts out;
  if (vm.demand) {
    out.add(Part::Demand, *vm.demand);
    out.add(Part::Headroom, vm.headroom);
    out.add(Part::Block, for_a_block(vm));
    out.raise_to(Part::Ahead, *vm.demand + vm.growth);
    out.raise_to(Part::Buffer, *vm.demand + owners_buffer(vm));
    out.raise_to(Part::Floor, vm.learned_floor);
  } else {
    out.add(Part::Held, vm.target);
  }
  out.raise_to(Part::Minimum, vm.limits.minimum);
  out.cut_to(Part::Maximum, vm.limits.maximum);
  return out;
}

Bytes wanted(const VmView& vm) { return wanted_parts(vm).sum(); }

Bytes low_line(const VmView& vm) {
  const Bytes room = std::max(owners_buffer(vm).scaled(kLowShare), low_headroom(vm));
  if (!vm.demand) return as_it_is(vm);
  return std::clamp(*vm.demand + room, least_before_growth(vm), vm.limits.maximum);
}

bool lacks(const VmView& vm) {
  if (!vm.demand) return false;
  if (vm.rescue > Bytes{}) return true;
  const Bytes line = *vm.demand + std::max(owners_buffer(vm).scaled(kLowShare), low_headroom(vm));
  return vm.target < std::min(std::max(line, vm.learned_floor - kSlack), vm.limits.maximum);
}

Bytes most_of(const VmView& vm) {
  return vm.offer ? std::clamp(*vm.offer, vm.limits.minimum, vm.limits.maximum) : vm.limits.maximum;
}

Bytes low_mark(const VmView& vm) {
  const Bytes headroom = low_headroom(vm);
  if (!vm.limits.buffer_percent) return vm.cache + headroom;
  // Solves available = 0.8 x buffer(assigned - available) for available.
  const double share = kLowShare * *vm.limits.buffer_percent / 100.0;
  const Bytes at_share = vm.assigned.scaled(share / (1 + share));
  return vm.cache + std::max({at_share, kLeastHeadroom.scaled(kLowShare), headroom});
}

Bytes rest_of(const VmView& vm) {
  if (!vm.demand || !vm.rest) return vm.target;
  const Bytes least = vm.limits.buffer_percent ? wanted(vm) : with_headroom(vm, vm.headroom);
  const Bytes to = std::clamp(std::max(*vm.rest, least), least_of(vm), vm.limits.maximum);
  return std::min(vm.target, vm.level_above(to));
}

Bytes needed(const VmView& vm) {
  if (!vm.demand) return as_it_is(vm);
  const Bytes room =
      std::clamp(low_headroom(vm), kSlack, std::max(kNeedyMost, vm.demand->scaled(kNeedyShare)));
  return std::clamp(*vm.demand + room, vm.limits.minimum, vm.limits.maximum);
}

}  // namespace aerostat
