// How a virtual VM's memory moves: what its balloon and its plugged memory do towards a target.
#include <algorithm>
#include <cmath>

#include "sim/world/virtual_vm.h"

namespace aerostat::sim {

// MiB/s at which its memory moves towards its target; 0: it does not move now.
double VirtualVm::actuator_rate() const {
  if (target_ == assigned_ || now_ < move_from_ - kTiny) return 0;
  const double age = now_ - born_;
  const bool plugs = assigned_ > base_ || (assigned_ == base_ && target_ > base_);
  if (target_ > assigned_)
    return spec_.behaviour->grow_rate(age, plugs ? physics_.grow_mib_s : physics_.deflate_mib_s);
  if (assigned_ <= spec_.behaviour->holds_mib()) return 0;
  const double in_use = std::max(0.0, anon_ - swapped_) + kWatermarkMib;
  const double low_line = spec_.behaviour->low_line_mib();
  if (low_line > 0 && assigned_ <= in_use + low_line) return 0;
  const double free_rate = plugs ? physics_.unplug_mib_s : physics_.inflate_mib_s;
  return -spec_.behaviour->shrink_rate(age, assigned_ > in_use ? free_rate : physics_.swap_mib_s);
}

// Where the movement next changes: at its target, where balloon and plugged memory meet, at the lower end of
// a block.
double VirtualVm::next_edge() const {
  if (target_ > assigned_) return assigned_ < base_ ? std::min(base_, target_) : target_;
  if (assigned_ <= base_) return target_;
  const double blocks = std::ceil((assigned_ - base_) / kMemoryBlockMib - kTiny);
  return std::max(target_, base_ + (blocks - 1) * kMemoryBlockMib);
}

// The next memory to go is a whole memory block of Linux, with nothing in the way.
bool VirtualVm::whole_block_next() const {
  if (physics_.unplug_block_s <= 0) return false;
  const double to = assigned_ - kMemoryBlockMib;
  const double edge = std::remainder(assigned_ - base_, kMemoryBlockMib);
  if (std::abs(edge) > kTiny || to < std::max(target_, base_) - kTiny) return false;
  const double usual = kMemoryBlockMib / physics_.unplug_block_s;
  return to >= std::max(anon_ - swapped_ + kWatermarkMib, spec_.behaviour->holds_mib()) &&
         spec_.behaviour->shrink_rate(now_ - born_, usual) >= usual;
}

void VirtualVm::drop_block() {
  const Bytes before = Bytes::of_mib(committed());
  assigned_ -= kMemoryBlockMib;
  if (assigned_ < target_ + 0.01) assigned_ = target_;
  online_ = std::min(online_, assigned_);
  watch_.committing(*this, before, Bytes::of_mib(committed()));
  block_out_.reset();
}

// The change since `before`. Leaving memory is gone at once; memory from the balloon can be used at once.
void VirtualVm::bring_online(double before) {
  if (assigned_ > before && assigned_ > base_ && !online_at_) online_at_ = now_ + physics_.online_s;
  if (online_at_ && now_ < *online_at_ - kTiny) {
    online_ = std::min(assigned_, std::max(online_, base_));
    return;
  }
  online_ = assigned_;
  online_at_.reset();
}

}  // namespace aerostat::sim
