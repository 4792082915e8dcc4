#include "sim/world/zones.h"

#include <algorithm>
#include <cmath>

#include "agent/common/zone_choice.h"

namespace aerostat::sim {

namespace {

std::int64_t kib(double mib) { return static_cast<std::int64_t>(mib * 1024); }

}  // namespace

Zones::Zones(double boot_mib, const Physics& physics)
    : boot_(boot_mib),
      memmap_mib_(physics.memmap_mib),
      reserve_mib_(physics.reserve_mib),
      keeps_(physics.kernel_keeps_mib),
      kernel_size_(boot_mib) {}

void Zones::follow(double assigned, double used) {
  plug(std::max(0.0, assigned - boot_));
  kernel_size_ += std::min(boot_, assigned);
  use(used);
}

// Sizes of both zones above boot memory. A block joins one when its first part comes, and leaves with its
// last.
void Zones::plug(double plugged) {
  const auto blocks = static_cast<std::size_t>(std::ceil(plugged / kMemoryBlockMib));
  if (movable_.size() > blocks) movable_.resize(blocks);
  while (movable_.size() < blocks) {
    const auto movable = static_cast<double>(std::count(movable_.begin(), movable_.end(), true));
    const double kernel = boot_ + (static_cast<double>(movable_.size()) - movable) * kMemoryBlockMib;
    const bool is_short = agent::kernel_is_short(kib(boot_ + plugged), kib(kernel_free()));
    const auto choice = agent::choose_zone(kib(kernel), kib(movable * kMemoryBlockMib), kib(kMemoryBlockMib));
    movable_.push_back(!is_short && choice == agent::ZoneChoice::Movable);
  }
  kernel_size_ = movable_size_ = 0;
  for (std::size_t i = 0; i < blocks; ++i) {
    const double part = std::min(kMemoryBlockMib, plugged - static_cast<double>(i) * kMemoryBlockMib);
    (movable_[i] ? movable_size_ : kernel_size_) += part;
  }
}

// Programs take movable memory first, and the last of the kernel's only when there is no other. What is freed
// is what was taken last.
void Zones::use(double used) {
  const double more = used - used_;
  in_movable_ = std::clamp(in_movable_ + more, 0.0, movable_size_);
  // What does not fit the other zone is here.
  const double fits = std::max(0.0, kernel_size_ - keeps_);
  in_movable_ = std::max(in_movable_, std::min(used - fits, movable_size_));
  used_ = used;
}

}  // namespace aerostat::sim
