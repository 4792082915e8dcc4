// Onliner: brings hot-added memory online at once, and keeps enough of it for kernel data. If the kernel has
// the auto-movable policy, the kernel does it. Otherwise the onliner onlines each block by the same ratio. It
// leaves online blocks alone, and memory that the owner takes offline later.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "agent/linux/notices.h"
#include "agent/linux/sampler.h"
#include "agent/linux/system_file.h"

namespace aerostat::agent {

class Onliner {
 public:
  Onliner(std::string_view root, Sampler& sampler, Notices& notices);

  // Configures the kernel and brings existing offline memory online. False if this system has no hot-added
  // memory at all.
  bool start();
  // The last reading. While memory for kernel data is short, blocks are onlined for the kernel, whatever the
  // ratio.
  void watch(Number total_kib, Number normal_free_kib);
  // A block appeared ("memory37"). work() checks its state, after the kernel had its turn.
  void appeared(std::string_view block, std::int64_t now);
  // Events were lost: check all blocks.
  void lost_track(std::int64_t now);
  void work(std::int64_t now);
  // When work() has something to do; the largest number if never.
  std::int64_t due() const { return due_; }
  void restore();

 private:
  void sweep();
  void online(int block);
  bool is_offline(int block) const;

  std::string_view root_;
  Sampler& sampler_;
  Notices& notices_;
  Setting policy_, auto_online_;
  bool kernel_decides_ = false;
  bool short_ = false;
  std::int64_t block_kib_ = 0;
  std::array<int, 64> waiting_{};
  std::size_t waiting_count_ = 0;
  bool all_ = false;
  std::int64_t due_ = INT64_MAX;
};

// The number in "memory37", or -1.
int block_number(std::string_view name);

}  // namespace aerostat::agent
