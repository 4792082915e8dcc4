#include "agent/linux/sampler.h"

#include <dirent.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "agent/linux/proc_words.h"

namespace aerostat::agent {

namespace {

// Memory that goes is isolated in pieces of 2 MiB. A smaller difference came from reading two files one after
// the other.
constexpr std::int64_t kLeastApartKib = 2048;
constexpr std::int64_t kAskAgain = 1'000'000'000;
// VIRTIO_BALLOON_F_DEFLATE_ON_OOM. The kernel shows the features that it uses as a row of 0 and 1.
constexpr std::size_t kDeflateOnOom = 2;

bool deflates_on_oom(const char* drivers) {
  DIR* const folder = ::opendir(drivers);
  if (folder == nullptr) return false;
  bool found = false;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (!name.starts_with("virtio")) continue;
    std::array<char, 300> path{};
    std::snprintf(path.data(), path.size(), "/%s/features", entry->d_name);
    std::array<char, 80> text{};
    const std::string_view features =
        read_small(Path(drivers, path.data()).c_str(), text.data(), text.size());
    found = found || (features.size() > kDeflateOnOom && features[kDeflateOnOom] == '1');
  }
  ::closedir(folder);
  return found;
}

}  // namespace

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

timespec timespec_of(std::int64_t ns) {
  timespec out{};
  out.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
  out.tv_nsec = static_cast<long>(ns % 1'000'000'000);
  return out;
}

Sampler::Sampler(std::string_view root)
    : meminfo_(root, "/proc/meminfo"),
      vmstat_(root, "/proc/vmstat"),
      pressure_(root, "/proc/pressure/memory"),
      buddyinfo_(root, "/proc/buddyinfo"),
      zoneinfo_(root, "/proc/zoneinfo", KeptFile::Records::Long),
      overcommit_(root, "/proc/sys/vm/overcommit_memory"),
      overcommit_ratio_(root, "/proc/sys/vm/overcommit_ratio"),
      real_(root.empty() || root == "/"),
      arc_(root, "/proc/spl/kstat/zfs/arcstats"),
      balloons_(root, "/sys/bus/virtio/drivers/virtio_balloon"),
      oom_log_(root),
      page_kib_(sysconf(_SC_PAGESIZE) / 1024) {}

// An owner changes these rarely. To ask at each look would cost two more system calls.
void Sampler::ask_of_system(std::int64_t now) {
  if (now < ask_at_) return;
  ask_at_ = now + kAskAgain;
  arc_there_ = true;
  std::array<char, 16> text{};
  strict_ = overcommit_.read(text.data(), text.size()).starts_with('2');
}

Glance Sampler::glance() const {
  struct sysinfo now{};
  if (!real_ || strict_ || ::sysinfo(&now) != 0) return {};
  const auto kib = [&](unsigned long units) {
    return static_cast<std::int64_t>(std::uint64_t{units} * now.mem_unit / 1024);
  };
  return {kib(now.totalram), kib(now.freeram), kib(now.freeswap)};
}

Reading Sampler::levels() {
  ask_of_system(now_ns());
  Reading reading;
  parse_meminfo(meminfo_.read(buffer_.data(), buffer_.size()), reading);
  const Number all_free =
      parse_buddyinfo(buddyinfo_.read(buffer_.data(), buffer_.size()), page_kib_, reading);
  parse_vmstat(vmstat_.read(buffer_.data(), buffer_.size()), reading);
  // Memory that was freed between reading the three files is not isolated.
  const std::int64_t counted =
      std::max(reading.free_kib.value_or(0), reading.free_pages.value_or(0) * page_kib_);
  if (all_free && *all_free - counted >= kLeastApartKib) reading.apart_kib = *all_free - counted;
  take_balloon_off(reading);
  add_commit_room(reading);
  add_arc(reading);
  reading.ns = now_ns();
  return reading;
}

void Sampler::add_commit_room(Reading& reading) {
  if (!reading.commit_limit_kib || !reading.committed_kib) return;
  if (!strict_) {
    reading.commit_limit_kib.reset();  // a number that nothing follows from
    return;
  }
  std::array<char, 16> text{};
  std::string_view ratio = overcommit_ratio_.read(text.data(), text.size());
  const std::int64_t percent = whole(take_line(ratio)).value_or(0);
  // 0: vm.overcommit_kbytes applies, a limit that does not follow the machine's size.
  if (percent <= 0) return;
  // The limit changes by this percentage of what comes or goes.
  const std::int64_t left = std::max<std::int64_t>(0, *reading.commit_limit_kib - *reading.committed_kib);
  reading.commit_room_kib = left / percent * 100 + left % percent * 100 / percent;
}

// The kernel takes the balloon off its total itself, unless it may take pages back when it runs out. Which of
// both the driver knows; a balloon that was empty may have another driver now.
void Sampler::take_balloon_off(Reading& reading) {
  const std::int64_t pages = reading.balloon_in.value_or(0) - reading.balloon_out.value_or(0);
  if (pages <= 0 || !reading.total_kib) {
    balloon_in_total_.reset();
    return;
  }
  if (!balloon_in_total_) balloon_in_total_ = deflates_on_oom(balloons_.c_str());
  if (*balloon_in_total_)
    *reading.total_kib -= std::min(pages * page_kib_, *reading.total_kib - reading.avail_kib.value_or(0));
}

void Sampler::add_arc(Reading& reading) {
  if (!arc_there_ || !reading.avail_kib || !reading.total_kib) return;
  const std::string_view text = read_small(arc_.c_str(), buffer_.data(), buffer_.size());
  arc_there_ = !text.empty();
  if (!arc_there_) return;
  const std::int64_t free_able = std::min(parse_arcstats(text), *reading.total_kib - *reading.avail_kib);
  *reading.avail_kib += std::max<std::int64_t>(0, free_able);
  reading.slab_reclaimable_kib = reading.slab_reclaimable_kib.value_or(0) + free_able;
}

void Sampler::complete(Reading& into) {
  parse_pressure(pressure_.read(buffer_.data(), buffer_.size()), into);
  oom_log_.read();
  into.oom_kill_limit = oom_log_.in_limits();
  const Zones found = zones();
  if (!found.known) return;
  // Slab is in no other zone.
  into.normal_file_kib = found.kernel_file_kib + into.slab_reclaimable_kib.value_or(0);
  if (!into.avail_kib) return;
  const std::int64_t cache = into.active_file_kib.value_or(0) + into.inactive_file_kib.value_or(0);
  *into.avail_kib += found.kept_free_kib + std::min(cache / 2, found.low_mark_kib);
  // The host would refuse a sample in which more is available than there is.
  if (into.total_kib) *into.avail_kib = std::min(*into.avail_kib, *into.total_kib);
}

Zones Sampler::zones() { return parse_zoneinfo(zoneinfo_.read(buffer_.data(), buffer_.size()), page_kib_); }

}  // namespace aerostat::agent
