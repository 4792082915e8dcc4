#include "vmm/balloon_and_blocks.h"

#include <fmt/format.h>

#include "model/memory_block.h"
#include "vmm/dimm_plan.h"

namespace aerostat {

namespace {

// What its balloon holds, and the rest of the block that was added last.
std::optional<Bytes> room_in_block(const BalloonAndBlocks& vm) {
  if (!vm.has_plug || vm.plug_maximum <= Bytes{}) return std::nullopt;
  const Bytes plugged = std::max(vm.target() - vm.base, vm.plug_requested);
  if (plugged > Bytes{} && vm.plug_block >= kMemoryBlock) return std::nullopt;
  return vm.base + plugged.round_up(kMemoryBlock) - vm.target();
}

// What its balloon takes while another block is added.
std::optional<Bytes> price_of_room(const BalloonAndBlocks& vm) {
  const Bytes above = std::max(Bytes{}, vm.target() - vm.base);
  const Bytes plugged = with_room_in_block(above, vm.plug_block);
  if (vm.plugged >= plugged || plugged > vm.plug_maximum) return std::nullopt;
  return plugged - above;
}

// A list of sizes is made anew only when it changes.
void show_dimm_levels(const BalloonAndBlocks& vm, Bytes lowest, Levels& levels) {
  const Bytes first = std::min(vm.base + vm.plug_block, vm.maximum());
  const bool same = levels.few() && levels.least() == lowest && levels.most() == vm.maximum() &&
                    levels.below(vm.base) == vm.base && levels.above(vm.base + Bytes::of(1)) == first;
  if (!same) levels = dimm_levels(lowest, vm.base, vm.plug_block, vm.plug_maximum);
}

void show_hyperv(const BalloonAndBlocks& vm, MachineFacts& facts) {
  const Bytes booted = vm.booted();
  facts.base = booted;
  facts.levels = Levels::around(booted, kBalloonGrain, kHyperVGrain, vm.least, vm.stops_at.value_or(vm.base));
  facts.grows_by = GuestAbility::HvBalloon;
  facts.at_once = booted;
  facts.added = std::max(Bytes{}, vm.balloon_actual - booted);
  facts.as_booted = vm.balloon_actual == booted;
}

}  // namespace

void BalloonAndBlocks::show(MachineFacts& facts) const {
  facts.base = base - dimms;
  facts.amounts = {assigned(), assigned() + owed, target(), committed()};
  facts.target_known = balloon_target || !has_balloon;
  facts.ordered = goal.has_value();
  const Bytes grain = has_plug ? plug_block : kBalloonGrain;
  const Bytes lowest = has_balloon ? least : base;
  if (has_plug && by_dimms) {
    show_dimm_levels(*this, lowest, facts.levels);
  } else {
    facts.levels = Levels::around(base, kBalloonGrain, grain, lowest, has_plug ? maximum() : base);
  }
  facts.grows_by = by_dimms ? GuestAbility::Dimm : GuestAbility::VirtioMem;
  facts.room_in_block = room_in_block(*this);
  facts.price_of_room = price_of_room(*this);
  facts.at_once = base + plugged;
  // An open block is no memory that was added: it was made up for.
  facts.added = (plugged > kOpenBlock ? plugged : Bytes{}) + std::min(dimms, balloon_actual);
  facts.ballooned = ballooned();
  facts.withheld = stops_at ? std::max(Bytes{}, maximum() - *stops_at) : Bytes{};
  facts.giving = plugged > plug_requested && !unplug_stuck;
  // What was left plugged may show for a moment after a reset.
  const Bytes left = facts.resets > 0 ? kRoomInBlock + kOpenBlock : kOpenBlock;
  facts.as_booted = plugged <= left && balloon_actual == base && dimms == Bytes{};
  facts.can_change = has_balloon || has_plug;
  if (by_hyperv) show_hyperv(*this, facts);
}

std::vector<std::string> BalloonAndBlocks::devices() const {
  std::vector<std::string> out;
  if (by_hyperv) {
    out.push_back(reach > Bytes{} ? "hv-balloon up to " + format_bytes(base) : "hv-balloon");
    return out;
  }
  if (has_balloon) out.emplace_back("balloon");
  if (has_plug && !by_dimms) out.push_back("virtio-mem up to " + format_bytes(plug_maximum));
  if (has_plug && by_dimms)
    out.push_back(fmt::format("DIMMs up to {} more in {} slot{}", format_bytes(plug_maximum), dimm_slots,
                              dimm_slots == 1 ? "" : "s"));
  if (dimms > Bytes{})
    out.push_back(
        fmt::format("{} of DIMMs that stay plugged: {}", format_bytes(dimms),
                    has_balloon ? "the balloon holds what is taken back" : "nothing takes them back"));
  return out;
}

}  // namespace aerostat
