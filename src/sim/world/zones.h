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
  // A first block is added, if one can stay that costs less than a whole one of Linux.
  void open();
  // What of the device stays plugged.
  double stays() const { return blocks() > 0 ? stays_ : 0; }
  // Free in the zones that kernel data can use.
  double kernel_free() const { return kernel_size_ - (used_ - in_movable_) - memmap() - aside_; }
  // What the blocks cost that were plugged: taken, and taken or kept free.
  double memmap() const { return blocks() * memmap_mib_; }
  double unavailable() const { return blocks() * (memmap_mib_ + reserve_mib_) + protects_; }

 private:
  void size(double plugged);
  void size_up();
  void use(double used);
  bool next_is_movable() const;
  int blocks() const { return movable_ + kernels_; }

  bool split_;
  double stays_;  // MiB
  double boot_, memmap_mib_, reserve_mib_, keeps_, aside_;
  int movable_ = 0, kernels_ = 0;  // blocks above boot memory, all whole but one
  bool open_is_movable_ = true;    // which is the one that is not whole, or goes next
  double assigned_;
  double plugged_ = 0;  // in all blocks
  double kernel_size_, movable_size_ = 0;
  double protects_ = 0;  // of kernel memory that was plugged, against programs
  double used_ = 0, in_movable_ = 0;
};

}  // namespace aerostat::sim
