// What the engine knows of a VM and cannot see again outlives the daemon: what hurt its guest, and that
// something else manages it too. As long as its process lives.
#include <algorithm>

#include "control/engine.h"
#include "policy/tuning.h"

namespace aerostat {

namespace {

constexpr int kMostRelapses = 64;

// Not longer than it could have been learned for, whatever became of the clock.
FloorState floor_of(const VmMemory& memory, Duration left, TimePoint now) {
  FloorState out;
  if (left <= Duration{}) return out;
  out.spare = std::max(Bytes{}, memory.floor);
  out.relapses = std::clamp(memory.relapses, 0, kMostRelapses);
  out.until = now + std::min(left, Duration{kFloorMost});
  return out;
}

}  // namespace

// Its facts are known, so its life has begun: what is recalled now is not forgotten with the life before.
void Engine::recall_memory(VmRecord& vm) {
  const auto found = std::ranges::find_if(options_.memories, [&](const VmMemory& each) {
    return each.vm == vm.id && vm.process && each.process.may_be(*vm.process);
  });
  if (found == options_.memories.end()) return;
  const VmMemory memory = std::move(*found);
  options_.memories.erase(found);
  memories_[vm.id] = memory;  // as it is written
  vm.mind.floor = floor_of(memory, memory.until - hooks_.wall_now(), clock_.now());
  if (memory.stepped_back.empty() || !options_.guards.other_hand) return;
  vm.stepped_back = memory.stepped_back;
  if (vm.limits.mode == Mode::Static) return;
  vm.limits.mode = Mode::Static;
  event(EventCode::VmMeddled, vm.name,
        "an earlier aerostatd saw: " + vm.stepped_back +
            "; still left alone until `aerostat set` changes its settings");
}

// Cheap: of most VMs nothing is to be kept, and what is seldom changes.
void Engine::remember_vms() {
  if (!hooks_.keep_memories) return;
  std::map<VmId, VmMemory> all;
  // Of VMs that have not appeared again.
  for (const VmMemory& each : options_.memories) {
    if (each.until > hooks_.wall_now() || !each.stepped_back.empty()) all[each.vm] = each;
  }
  for (const auto& [id, vm] : by_id_) {
    const FloorState& floor = vm->mind.floor;
    const bool learned = floor.spare > Bytes{} || floor.relapses > 0;
    if (!vm->process || (!learned && vm->stepped_back.empty())) continue;
    VmMemory memory{id, *vm->process, floor.spare, floor.relapses, {}, vm->stepped_back};
    if (learned) {
      const auto left = std::chrono::duration_cast<WallTime::duration>(floor.until - clock_.now());
      memory.until = hooks_.wall_now() + left;
      // Two clocks are never read at one time: some seconds more or less are no news.
      const auto before = memories_.find(id);
      if (before != memories_.end() &&
          std::chrono::abs(before->second.until - memory.until) < std::chrono::seconds(5))
        memory.until = before->second.until;
    }
    all[id] = std::move(memory);
  }
  if (all == memories_) return;
  memories_ = std::move(all);
  std::vector<VmMemory> list;
  for (const auto& [id, memory] : memories_) list.push_back(memory);
  hooks_.keep_memories(list);
}

}  // namespace aerostat
