// A recording: the memory of one machine, container or VM, row by row (docs/guide/recording.md).
// aerostat-guest, `aerostat record` and `aerostat trace` share this table of columns. An unknown number is an
// empty field, never 0. Needs nothing but the language, because the guest's service includes it.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace aerostat::recording {

using Number = std::optional<std::int64_t>;

struct Row {
  std::int64_t ms = 0;  // since 1970, UTC; never goes back within a recording

  // Levels, in KiB.
  Number total, free, available, used, anon, active_file, inactive_file, shmem;
  Number slab_reclaimable, slab_unreclaimable, kernel, swap_used, committed;
  // Counters since the machine's boot, or since the cgroup's creation. Pages, events, microseconds.
  Number pswpin, pswpout, pgmajfault, refault_file, refault_anon, oom_kill, psi_some_us, psi_full_us;
  // Only aerostatd knows these.
  Number assigned, demand, age_ms;
};

struct Column {
  std::string_view name;
  Number Row::* value;
};

inline constexpr std::string_view kTimeColumn = "time_s";
inline constexpr Column kColumns[] = {
    {"total_kib", &Row::total},
    {"free_kib", &Row::free},
    {"available_kib", &Row::available},
    {"used_kib", &Row::used},
    {"anon_kib", &Row::anon},
    {"active_file_kib", &Row::active_file},
    {"inactive_file_kib", &Row::inactive_file},
    {"shmem_kib", &Row::shmem},
    {"slab_reclaimable_kib", &Row::slab_reclaimable},
    {"slab_unreclaimable_kib", &Row::slab_unreclaimable},
    {"kernel_kib", &Row::kernel},
    {"swap_used_kib", &Row::swap_used},
    {"committed_kib", &Row::committed},
    {"pswpin", &Row::pswpin},
    {"pswpout", &Row::pswpout},
    {"pgmajfault", &Row::pgmajfault},
    {"refault_file", &Row::refault_file},
    {"refault_anon", &Row::refault_anon},
    {"oom_kill", &Row::oom_kill},
    {"psi_some_us", &Row::psi_some_us},
    {"psi_full_us", &Row::psi_full_us},
};
// `aerostat record` adds these.
inline constexpr Column kHostColumns[] = {
    {"assigned_kib", &Row::assigned},
    {"demand_kib", &Row::demand},
    {"sample_age_ms", &Row::age_ms},
};

// Every line fits, with its newline.
inline constexpr std::size_t kLongestLine = 1024;

// Writes text into a fixed buffer. Text that does not fit is dropped; kLongestLine has room for all columns.
class LineText {
 public:
  explicit LineText(std::span<char> room) : room_(room) {}
  void put(std::string_view text) {
    for (const char c : text) {
      if (size_ < room_.size()) room_[size_++] = c;
    }
  }
  void put(std::int64_t value) {
    char digits[24] = {};
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
    if (error == std::errc{}) put(std::string_view(digits, static_cast<std::size_t>(end - digits)));
  }
  std::string_view text() const { return {room_.data(), size_}; }

 private:
  std::span<char> room_;
  std::size_t size_ = 0;
};

// "time_s,total_kib,…
// ". `host`: include the columns that only aerostatd can fill.
inline std::string_view header_line(bool host, std::span<char> room) {
  LineText out(room);
  out.put(kTimeColumn);
  const auto add = [&](std::span<const Column> columns) {
    for (const Column& column : columns) {
      out.put(",");
      out.put(column.name);
    }
  };
  add(kColumns);
  if (host) add(kHostColumns);
  out.put("\n");
  return out.text();
}

inline std::string_view row_line(const Row& row, bool host, std::span<char> room) {
  LineText out(room);
  out.put(row.ms / 1000);
  const std::int64_t part = row.ms % 1000;
  out.put(part < 10 ? ".00" : part < 100 ? ".0" : ".");
  out.put(part);
  const auto add = [&](std::span<const Column> columns) {
    for (const Column& column : columns) {
      out.put(",");
      if (const Number& value = row.*column.value) out.put(*value);
    }
  };
  add(kColumns);
  if (host) add(kHostColumns);
  out.put("\n");
  return out.text();
}

// Parses "200ms", "1.5s", "10m", "2h" to nanoseconds. Returns nothing for a value without a unit, a value
// that is not positive, or one above 10,000 hours.
inline Number duration_ns(std::string_view text) {
  constexpr std::int64_t kMostMs = std::int64_t{10'000} * 3'600'000;
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  const auto [rest, error] = std::from_chars(text.data(), end, whole);
  if (error != std::errc{} || whole < 0) return {};
  std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  std::int64_t millionths = 0;
  if (unit.starts_with('.')) {
    unit.remove_prefix(1);
    std::int64_t place = 100'000;
    for (; !unit.empty() && unit.front() >= '0' && unit.front() <= '9'; unit.remove_prefix(1)) {
      millionths += place * (unit.front() - '0');
      place /= 10;
    }
  }
  const std::int64_t ms = unit == "ms"  ? 1
                          : unit == "s" ? 1'000
                          : unit == "m" ? 60'000
                          : unit == "h" ? 3'600'000
                                        : 0;
  if (ms == 0 || whole > kMostMs / ms) return {};
  const std::int64_t ns = whole * ms * 1'000'000 + millionths * ms;
  return ns > 0 ? Number(ns) : Number{};
}

}  // namespace aerostat::recording
