#include "sim/world/zones.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "agent/common/zone_choice.h"

namespace aerostat::sim {

namespace {

// Linux keeps this share of movable memory free in the zone of kernel memory that was plugged
// (lowmem_reserve_ratio).
constexpr double kProtected = 1.0 / 32;

std::int64_t kib(double mib) { return static_cast<std::int64_t>(mib * 1024); }

}  // namespace

Zones::Zones(double boot_mib, const Physics& physics)
    : split_(physics.zones),
      boot_(boot_mib),
      memmap_mib_(physics.memmap_mib),
      reserve_mib_(physics.reserve_mib),
      keeps_(physics.kernel_keeps_mib),
      aside_(physics.kernel_aside_mib),
      assigned_(boot_mib),
      kernel_size_(boot_mib) {}

void Zones::follow(double assigned, double used) {
  if (assigned != assigned_) {
    const double plugged = std::max(0.0, assigned - boot_);
    if (plugged > plugged_) plug(plugged - plugged_);
    if (plugged < plugged_) unplug(plugged_ - plugged);
    plugged_ = plugged;
    assigned_ = assigned;
    size_up();
  }
  use(used);
}

bool Zones::next_is_movable() const {
  double kernel = boot_;
  double movable = 0;
  for (const Block& block : blocks_) (block.movable ? movable : kernel) += kMemoryBlockMib;
  if (agent::kernel_is_short(kib(boot_ + plugged_), kib(kernel_free()))) return false;
  return agent::choose_zone(kib(kernel), kib(movable), kib(kMemoryBlockMib)) == agent::ZoneChoice::Movable;
}

// Linux fills the block that is not whole, then begins another.
void Zones::plug(double more) {
  for (Block& block : blocks_) {
    const double part = std::min(more, kMemoryBlockMib - block.plugged);
    block.plugged += part;
    more -= part;
  }
  while (more > 0) {
    blocks_.push_back({next_is_movable(), std::min(more, kMemoryBlockMib)});
    more -= kMemoryBlockMib;
  }
}

// It takes the block that is not whole first, then movable ones, the last first, and the kernel's in the end.
void Zones::unplug(double less) {
  while (less > 0 && !blocks_.empty()) {
    auto from = std::find_if(blocks_.begin(), blocks_.end(),
                             [](const Block& b) { return b.plugged < kMemoryBlockMib; });
    const auto last =
        std::find_if(blocks_.rbegin(), blocks_.rend(), [](const Block& b) { return b.movable; });
    if (from == blocks_.end())
      from = last == blocks_.rend() ? std::prev(blocks_.end()) : std::prev(last.base());
    const double part = std::min(less, from->plugged);
    from->plugged -= part;
    less -= part;
    if (from->plugged <= 0) blocks_.erase(from);
  }
}

void Zones::size_up() {
  movable_size_ = 0;
  double kernels = 0;
  for (const Block& block : blocks_) (block.movable ? movable_size_ : kernels) += block.plugged;
  kernel_size_ = std::min(boot_, assigned_) + kernels;
  protects_ = split_ ? std::min(kernels, movable_size_ * kProtected) : 0;
}

// Programs take movable memory first, and the last of the kernel's only when there is no other. What is freed
// is what was taken last.
void Zones::use(double used) {
  const double more = used - used_;
  in_movable_ = std::clamp(in_movable_ + more, 0.0, movable_size_);
  // What does not fit the other zone is here.
  const double fits = std::max(0.0, kernel_size_ - keeps_ - protects_);
  in_movable_ = std::max(in_movable_, std::min(used - fits, movable_size_));
  used_ = used;
}

}  // namespace aerostat::sim
