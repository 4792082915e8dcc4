// Zones: the part of a guest's memory that its kernel can use for its own data. Plugged memory is mostly
// movable, for programs only. Programs keep what they took of the rest earlier until they free it. A daemon
// that watches kernel memory reacts to it, however much is available. Without zones the lab did not show
// that.
#pragma once

#include <cstdint>

#include "model/memory_block.h"
#include "sim/world/physics.h"

namespace aerostat::sim {

inline constexpr double kMemoryBlockMib = kMemoryBlock.to_mib();
// As the guest's service counts.
inline std::int64_t kib_of(double mib) { return static_cast<std::int64_t>(mib * 1024); }

class Zones {
 public:
  Zones(double boot_mib, const Physics& physics);
  // What the guest has, and its use, MiB. The service tells the kernel to take the next block for itself when
  // it is short.
  void follow(double assigned_mib, double used_mib);
  // Another block is added if the last has little room, and the device's blocks are small.
  void open();
  // How much is plugged if the guest has `above` more than it booted with. It is more than that if the guest
  // keeps a block open, for which the balloon compensates.
  double plugged(double above_mib) const;
  // Free in the zones that kernel data can use.
  double kernel_free() const { return kernel_size_ - (used_ - in_movable_) - memmap() - aside_; }
  // The cost of plugged blocks: memory taken, and memory taken or kept free.
  double memmap() const { return blocks() * memmap_mib_; }
  double unavailable() const { return blocks() * (memmap_mib_ + reserve_mib_) + protects_; }

 private:
  void size(double plugged);
  void size_up();
  void use(double used);
  // How much would be plugged so that the last block has room.
  double with_room(double above) const;
  double traded() const { return plugged(plugged_) - plugged_; }
  void add_block();
  bool next_is_movable() const;
  int blocks() const { return movable_ + kernels_; }

  bool split_;
  Bytes device_block_;
  bool opens_;  // these are small
  double boot_, memmap_mib_, reserve_mib_, keeps_, aside_;
  int movable_ = 0, kernels_ = 0;  // blocks above boot memory, all complete but one
  bool open_is_movable_ = true;    // the incomplete block, or the one that goes next
  double assigned_;
  double plugged_ = 0;  // in all blocks, except for traded memory
  double kernel_size_, movable_size_ = 0;
  double protects_ = 0;  // of plugged kernel memory, against programs
  double used_ = 0, in_movable_ = 0;
};

}  // namespace aerostat::sim
