#include "api/sample_json.h"

#include <nlohmann/json.hpp>

namespace aerostat {

namespace {

Json number(const std::optional<Bytes>& value) { return value ? Json(value->count()) : Json(nullptr); }
template <typename T>
Json number(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

Json sample_json(const VmReport& report) {
  const GuestSample& s = report.sample;
  return {{"name", report.name},
          {"assigned_bytes", number(report.assigned)},
          {"demand_bytes", number(report.demand)},
          {"sample_age_s", number(report.sample_age_s)},
          {"total_bytes", number(s.total)},
          {"free_bytes", number(s.free)},
          {"available_bytes", number(s.available)},
          {"active_file_bytes", number(s.active_file)},
          {"inactive_file_bytes", number(s.inactive_file)},
          {"apart_bytes", number(s.apart)},
          {"normal_free_bytes", number(s.normal_free)},
          {"normal_file_bytes", number(s.normal_file)},
          {"swap_total_bytes", number(s.swap_total)},
          {"swap_free_bytes", number(s.swap_free)},
          {"promised_bytes", number(s.committed)},
          {"swap_in_pages", number(s.swap_in_pages)},
          {"swap_out_pages", number(s.swap_out_pages)},
          {"major_faults", number(s.major_faults)},
          {"refault_file_pages", number(s.refault_file)},
          {"refault_anon_pages", number(s.refault_anon)},
          {"oom_kills", number(s.oom_kills)},
          {"oom_kills_in_limits", number(s.oom_kills_in_limits)},
          {"psi_some_us", number(s.psi_some_us)},
          {"psi_full_us", number(s.psi_full_us)}};
}

}  // namespace aerostat
