#include "model/guest_fields.h"

#include <array>
#include <type_traits>

namespace aerostat {

namespace {

using S = GuestSample;
using enum Nature;

constexpr GuestField kFields[] = {
    {"total_bytes", "total_kib", "total_kib", Unit::Bytes, Gauge, &S::total},
    {"free_bytes", "free_kib", "free_kib", Unit::Bytes, Gauge, &S::free},
    {"available_bytes", "avail_kib", "available_kib", Unit::Bytes, Gauge, &S::available},
    {"active_file_bytes", "active_file_kib", "active_file_kib", Unit::Bytes, Gauge, &S::active_file},
    {"inactive_file_bytes", "inactive_file_kib", "inactive_file_kib", Unit::Bytes, Gauge, &S::inactive_file},
    {"apart_bytes", "apart_kib", "", Unit::Bytes, Gauge, &S::apart},
    {"normal_free_bytes", "normal_free_kib", "", Unit::Bytes, Gauge, &S::normal_free},
    {"normal_file_bytes", "normal_file_kib", "", Unit::Bytes, Gauge, &S::normal_file},
    {"swap_total_bytes", "swap_total_kib", "", Unit::Bytes, Gauge, &S::swap_total},
    {"swap_free_bytes", "swap_free_kib", "", Unit::Bytes, Gauge, &S::swap_free},
    {"promised_bytes", "committed_kib", "committed_kib", Unit::Bytes, Gauge, &S::committed},
    {"commit_room_bytes", "commit_room_kib", "", Unit::Bytes, Gauge, &S::commit_room},
    {"commit_limit_bytes", "commit_limit_kib", "", Unit::Bytes, Gauge, &S::commit_limit},
    {"modified_bytes", "modified_kib", "", Unit::Bytes, Gauge, &S::modified},
    {"low_memory", "low_memory", "", Unit::Count, Gauge, &S::low_memory},
    {"processors", "", "", Unit::Count, Gauge, &S::processors},
    {"swap_in_pages", "pswpin", "pswpin", Unit::Pages, Counter, &S::swap_in_pages},
    {"swap_out_pages", "pswpout", "pswpout", Unit::Pages, Counter, &S::swap_out_pages},
    {"major_faults", "pgmajfault", "pgmajfault", Unit::Count, Counter, &S::major_faults},
    {"hard_read_pages", "hard_read_pages", "", Unit::Pages, Counter, &S::hard_read_pages},
    {"minor_faults", "", "", Unit::Count, Counter, &S::minor_faults},
    {"refault_file_pages", "refault_file", "refault_file", Unit::Pages, Counter, &S::refault_file},
    {"refault_anon_pages", "refault_anon", "refault_anon", Unit::Pages, Counter, &S::refault_anon},
    {"reclaimed_pages", "reclaimed", "", Unit::Pages, Counter, &S::reclaimed_pages},
    {"oom_kills", "oom_kill", "oom_kill", Unit::Count, Counter, &S::oom_kills},
    {"oom_kills_in_limits", "oom_kill_limit", "", Unit::Count, Counter, &S::oom_kills_in_limits},
    {"psi_some_us", "psi_some_us", "psi_some_us", Unit::Microseconds, Counter, &S::psi_some_us},
    {"psi_full_us", "psi_full_us", "psi_full_us", Unit::Microseconds, Counter, &S::psi_full_us},
};

}  // namespace

std::span<const GuestField> guest_fields() { return kFields; }

std::optional<std::int64_t> GuestField::value(const GuestSample& sample) const {
  return std::visit(
      [&](auto at) -> std::optional<std::int64_t> {
        const auto& held = sample.*at;
        if (!held) return std::nullopt;
        if constexpr (std::is_same_v<std::decay_t<decltype(*held)>, Bytes>)
          return held->count();
        else
          return static_cast<std::int64_t>(*held);
      },
      member);
}

void GuestField::put(GuestSample& sample, std::int64_t value) const {
  std::visit(
      [&](auto at) {
        auto& held = sample.*at;
        using Held = typename std::decay_t<decltype(held)>::value_type;
        if constexpr (std::is_same_v<Held, Bytes>)
          held = Bytes::of(value);
        else
          held = static_cast<Held>(value);
      },
      member);
}

}  // namespace aerostat
