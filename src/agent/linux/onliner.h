// Onliner: makes hot-added memory usable the moment it arrives, and keeps enough of it for the kernel's own
// data. Where the kernel has the auto-movable policy, the kernel does it; otherwise each block is onlined
// here by the same ratio. Blocks that were onlined are left alone, and so is memory that an owner took
// offline later.
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

  // Sets the kernel up and brings online what was left offline. False if this system has no hot-added memory
  // at all.
  bool start();
  // What the last look saw. While memory for kernel data is short, blocks are onlined as such, whatever the
  // ratio.
  void watch(Number total_kib, Number normal_free_kib);
  // A block appeared ("memory37"). Its state is looked at by work(), after the kernel had its turn.
  void appeared(std::string_view block, std::int64_t now);
  // Events were lost: look at all blocks.
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
