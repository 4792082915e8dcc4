// Zones: which of a guest's memory its kernel can use for its own data. Memory that was plugged is mostly
// movable, for programs only; what they took of the rest before, they keep until they free it. A daemon that
// watches kernel memory acts on it, however much is available: without zones the lab did not show that.
#pragma once

#include "model/memory_block.h"
#include "sim/world/physics.h"

namespace aerostat::sim {

inline constexpr double kMemoryBlockMib = kMemoryBlock.to_mib();

class Zones {
 public:
  Zones(double boot_mib, const Physics& physics);
  // What the guest has, and what is in use of it, MiB. The service tells the kernel to take the next block
  // for itself when it is short.
  void follow(double assigned_mib, double used_mib);
  // Another block is added if there is little room in the last, and the device's are small.
  void open();
  // What is plugged when the guest has `above` more than it booted with: more than that where it keeps a
  // block open, for which the balloon makes up.
  double plugged(double above_mib) const;
  // Free in the zones that kernel data can use.
  double kernel_free() const { return kernel_size_ - (used_ - in_movable_) - memmap() - aside_; }
  // What the blocks cost that were plugged: taken, and taken or kept free.
  double memmap() const { return blocks() * memmap_mib_; }
  double unavailable() const { return blocks() * (memmap_mib_ + reserve_mib_) + protects_; }

 private:
  void size(double plugged);
  void size_up();
  void use(double used);
  // What would be plugged so that there is room in the last block.
  double with_room(double above) const;
  double traded() const { return plugged(plugged_) - plugged_; }
  void add_block();
  bool next_is_movable() const;
  int blocks() const { return movable_ + kernels_; }

  bool split_;
  Bytes device_block_;
  bool opens_;  // these are small
  double boot_, memmap_mib_, reserve_mib_, keeps_, aside_;
  int movable_ = 0, kernels_ = 0;  // blocks above boot memory, all whole but one
  bool open_is_movable_ = true;    // which is the one that is not whole, or goes next
  double assigned_;
  double plugged_ = 0;  // in all blocks, but for what is traded
  double kernel_size_, movable_size_ = 0;
  double protects_ = 0;  // of kernel memory that was plugged, against programs
  double used_ = 0, in_movable_ = 0;
};

}  // namespace aerostat::sim
