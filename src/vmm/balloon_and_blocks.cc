#include "vmm/balloon_and_blocks.h"

#include "model/memory_block.h"

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

}  // namespace

void BalloonAndBlocks::show(MachineFacts& facts) const {
  facts.base = base;
  facts.amounts = {assigned(), assigned() + owed, target(), committed()};
  facts.target_known = balloon_target || !has_balloon;
  facts.ordered = goal.has_value();
  const Bytes grain = has_plug ? plug_block : kBalloonGrain;
  const Bytes lowest = has_balloon ? least : base;
  facts.levels = Levels::around(base, kBalloonGrain, grain, lowest, has_plug ? maximum() : base);
  facts.room_in_block = room_in_block(*this);
  facts.price_of_room = price_of_room(*this);
  facts.at_once = base + plugged;
  // An open block is no memory that was added: it was made up for.
  facts.added = plugged > kOpenBlock ? plugged : Bytes{};
  facts.giving = plugged > plug_requested && !unplug_stuck;
  // What was left plugged may show for a moment after a reset.
  const Bytes left = facts.resets > 0 ? kRoomInBlock + kOpenBlock : kOpenBlock;
  facts.as_booted = plugged <= left && balloon_actual == base;
  facts.can_change = has_balloon || has_plug;
}

std::vector<std::string> BalloonAndBlocks::devices() const {
  std::vector<std::string> out;
  if (has_balloon) out.emplace_back("balloon");
  if (has_plug) out.push_back("virtio-mem up to " + format_bytes(plug_maximum));
  return out;
}

}  // namespace aerostat
