#include "agent/linux/sampler.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>

namespace aerostat::agent {

namespace {

// Memory that goes is set apart by pieces of 2 MiB; less is what came and went between two files.
constexpr std::int64_t kLeastApartKib = 2048;

}  // namespace

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

Sampler::Sampler(std::string_view root)
    : meminfo_(root, "/proc/meminfo"),
      vmstat_(root, "/proc/vmstat"),
      pressure_(root, "/proc/pressure/memory"),
      buddyinfo_(root, "/proc/buddyinfo"),
      zoneinfo_(root, "/proc/zoneinfo"),
      page_kib_(sysconf(_SC_PAGESIZE) / 1024) {}

Reading Sampler::levels() {
  Reading reading;
  parse_meminfo(meminfo_.read(buffer_.data(), buffer_.size()), reading);
  const Number all_free =
      parse_buddyinfo(buddyinfo_.read(buffer_.data(), buffer_.size()), page_kib_, reading);
  parse_vmstat(vmstat_.read(buffer_.data(), buffer_.size()), reading);
  // What was freed between the three files is not set apart.
  const std::int64_t counted =
      std::max(reading.free_kib.value_or(0), reading.free_pages.value_or(0) * page_kib_);
  if (all_free && *all_free - counted >= kLeastApartKib) reading.apart_kib = *all_free - counted;
  reading.ns = now_ns();
  return reading;
}

void Sampler::complete(Reading& into) {
  parse_pressure(pressure_.read(buffer_.data(), buffer_.size()), into);
  const Zones found = zones();
  if (!found.known) return;
  into.normal_file_kib = found.kernel_file_kib;
  if (!into.avail_kib) return;
  const std::int64_t cache = into.active_file_kib.value_or(0) + into.inactive_file_kib.value_or(0);
  *into.avail_kib += found.kept_free_kib + std::min(cache / 2, found.low_mark_kib);
}

Zones Sampler::zones() { return parse_zoneinfo(zoneinfo_.read(buffer_.data(), buffer_.size()), page_kib_); }

}  // namespace aerostat::agent
