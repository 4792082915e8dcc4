#include "sim/world/zones.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "agent/common/zone_choice.h"

namespace aerostat::sim {

namespace {

// Linux keeps this share of movable memory free in the zone of plugged kernel memory (lowmem_reserve_ratio).
constexpr double kProtected = 1.0 / 32;

int whole_blocks(double mib) { return static_cast<int>(std::ceil(mib / kMemoryBlockMib)); }
}  // namespace

Zones::Zones(double boot_mib, const Physics& physics)
    : split_(physics.zones),
      device_block_(Bytes::of_mib(physics.block_mib)),
      opens_(open_of(device_block_) > Bytes{}),
      boot_(boot_mib),
      memmap_mib_(physics.memmap_mib),
      reserve_mib_(physics.reserve_mib),
      keeps_(physics.kernel_keeps_mib),
      aside_(physics.kernel_aside_mib),
      assigned_(boot_mib),
      kernel_size_(boot_mib) {}

void Zones::follow(double assigned, double used) {
  if (assigned != assigned_) {
    size(std::max(0.0, assigned - boot_));
    assigned_ = assigned;
    size_up();
  }
  use(used);
}

void Zones::open() {
  if (blocks() >= whole_blocks(with_room(plugged_))) return;
  add_block();
  size_up();
}

double Zones::with_room(double above) const {
  if (!opens_) return above;
  return std::max(above, with_room_in_block(Bytes::of_mib(above), device_block_).to_mib());
}

double Zones::plugged(double above) const {
  if (!opens_) return above;
  const double open = with_room(above);
  return blocks() >= whole_blocks(open) ? open : above;
}

void Zones::add_block() {
  open_is_movable_ = next_is_movable();
  ++(open_is_movable_ ? movable_ : kernels_);
}

bool Zones::next_is_movable() const {
  if (agent::kernel_is_short(kib_of(boot_ + plugged_), kib_of(kernel_free()))) return false;
  const std::int64_t kernel = kib_of(boot_ + kernels_ * kMemoryBlockMib);
  const std::int64_t movable = kib_of(movable_ * kMemoryBlockMib);
  return agent::choose_zone(kernel, movable, kib_of(kMemoryBlockMib)) == agent::ZoneChoice::Movable;
}

// Linux fills the incomplete block, then begins another. It takes that block first, then movable ones, and
// the kernel's last. One block stays open if the needed ones have little room.
void Zones::size(double plugged) {
  const int needed = whole_blocks(plugged);
  const bool all_whole = plugged_ == blocks() * kMemoryBlockMib;
  if (plugged < plugged_ && all_whole) open_is_movable_ = movable_ > 0;
  while (blocks() < needed) add_block();
  const int most = whole_blocks(with_room(plugged));
  while (blocks() > most) {
    --(open_is_movable_ ? movable_ : kernels_);
    open_is_movable_ = movable_ > 0;
  }
  plugged_ = plugged;
}

void Zones::size_up() {
  const double from_balloon = traded();
  const double missing = blocks() * kMemoryBlockMib - plugged_ - from_balloon;
  movable_size_ = movable_ * kMemoryBlockMib - (open_is_movable_ ? missing : 0);
  const double kernels = kernels_ * kMemoryBlockMib - (open_is_movable_ ? 0 : missing);
  kernel_size_ = std::min(boot_, assigned_) - from_balloon + kernels;
  protects_ = split_ ? std::min(kernels, movable_size_ * kProtected) : 0;
}

// Programs take movable memory first, and the last kernel memory only when there is no other. They free what
// was taken last.
void Zones::use(double used) {
  const double more = used - used_;
  in_movable_ = std::clamp(in_movable_ + more, 0.0, movable_size_);
  // What does not fit into the other zone is here.
  const double fits = std::max(0.0, kernel_size_ - keeps_ - protects_);
  in_movable_ = std::max(in_movable_, std::min(used - fits, movable_size_));
  used_ = used;
}

}  // namespace aerostat::sim
