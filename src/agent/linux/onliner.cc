#include "agent/linux/onliner.h"

#include <dirent.h>

#include <cerrno>
#include <charconv>
#include <cstdio>

#include "agent/common/reporter.h"
#include "agent/common/zone_choice.h"

namespace aerostat::agent {

namespace {

constexpr std::string_view kMemory = "/sys/devices/system/memory";
// A kernel that onlines blocks itself does so right after the event. Check when that must be done.
constexpr std::int64_t kKernelsTurn = 100 * kMs;

}  // namespace

int block_number(std::string_view name) {
  if (!name.starts_with("memory")) return -1;
  name.remove_prefix(6);
  int number = -1;
  const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc{} && stop == name.data() + name.size() && number >= 0 ? number : -1;
}

Onliner::Onliner(std::string_view root, Sampler& sampler, Notices& notices)
    : root_(root),
      sampler_(sampler),
      notices_(notices),
      policy_(root, "/sys/module/memory_hotplug/parameters/online_policy"),
      auto_online_(root, "/sys/devices/system/memory/auto_online_blocks") {}

bool Onliner::start() {
  if (!auto_online_.exists()) return false;
  std::array<char, 32> text{};
  const Path size_path(root_, "/sys/devices/system/memory/block_size_bytes");
  const std::string_view size = read_small(size_path.c_str(), text.data(), text.size());
  std::uint64_t bytes = 0;
  std::from_chars(size.data(), size.data() + size.size(), bytes, 16);
  block_kib_ = static_cast<std::int64_t>(bytes / 1024);

  if (policy_.exists()) {
    const int error = policy_.set("auto-movable");
    if (error != 0) notices_.add("online", "online_policy", error);
    kernel_decides_ = error == 0;
  }
  const int error = auto_online_.set(kernel_decides_ ? "online" : "offline");
  if (error != 0) notices_.add("online", "auto_online_blocks", error);
  sweep();
  return true;
}

void Onliner::watch(Number total, Number normal_free) {
  if (!total || !normal_free) return;
  const bool now_short = kernel_is_short(*total, *normal_free);
  if (now_short == short_) return;
  short_ = now_short;
  if (!kernel_decides_) return;
  const int error = auto_online_.set(short_ ? "online_kernel" : "online");
  if (error != 0) notices_.add("online", "auto_online_blocks", error);
}

void Onliner::appeared(std::string_view block, std::int64_t now) {
  const int number = block_number(block);
  if (number < 0) return;
  if (waiting_count_ == waiting_.size()) {
    all_ = true;
  } else {
    waiting_[waiting_count_++] = number;
  }
  due_ = kernel_decides_ ? now + kKernelsTurn : now;
}

void Onliner::lost_track(std::int64_t now) {
  all_ = true;
  due_ = now + kKernelsTurn;
}

void Onliner::work(std::int64_t now) {
  if (now < due_) return;
  due_ = INT64_MAX;
  if (all_) {
    sweep();
  } else {
    for (std::size_t i = 0; i < waiting_count_; ++i) {
      if (is_offline(waiting_[i])) online(waiting_[i]);
    }
  }
  waiting_count_ = 0;
  all_ = false;
}

void Onliner::sweep() {
  DIR* const directory = ::opendir(Path(root_, kMemory).c_str());
  if (directory == nullptr) return;
  while (const dirent* entry = ::readdir(directory)) {
    const int block = block_number(entry->d_name);
    if (block >= 0 && is_offline(block)) online(block);
  }
  ::closedir(directory);
}

bool Onliner::is_offline(int block) const {
  std::array<char, 96> name{};
  std::snprintf(name.data(), name.size(), "/sys/devices/system/memory/memory%d/state", block);
  std::array<char, 24> text{};
  return read_small(Path(root_, name.data()).c_str(), text.data(), text.size()) == "offline";
}

void Onliner::online(int block) {
  std::array<char, 96> name{};
  std::snprintf(name.data(), name.size(), "/sys/devices/system/memory/memory%d/state", block);
  const Path state(root_, name.data());
  const auto try_to = [&](std::string_view how) { return write_small(state.c_str(), how); };
  int error = 0;
  if (kernel_decides_) {
    error = try_to(short_ ? "online_kernel" : "online");
  } else {
    const Zones zones = sampler_.zones();
    const bool movable = !short_ && choose_zone(zones.kernel_present_kib, zones.movable_present_kib,
                                                block_kib_) == ZoneChoice::Movable;
    error = try_to(movable ? "online_movable" : "online_kernel");
    // Some blocks can join only one of the two zones. Usable in the other zone is better than unusable.
    if (error == EINVAL) error = try_to(movable ? "online_kernel" : "online_movable");
  }
  // Something else (a udev rule, the kernel) may have been quicker, or the block is gone again.
  if (error == 0 || !is_offline(block)) return;
  std::snprintf(name.data(), name.size(), "memory%d", block);
  notices_.add("online", name.data(), error);
}

void Onliner::restore() {
  auto_online_.restore();
  policy_.restore();
}

}  // namespace aerostat::agent
