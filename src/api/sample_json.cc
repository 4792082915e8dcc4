#include "api/sample_json.h"

#include <nlohmann/json.hpp>

#include "model/guest_fields.h"

namespace aerostat {

Json sample_json(const VmReport& report) {
  Json out = {{"name", report.name},
              {"assigned_bytes", bytes_or_null(report.assigned)},
              {"demand_bytes", bytes_or_null(report.demand)},
              {"sample_age_s", report.sample_age_s ? Json(*report.sample_age_s) : Json(nullptr)}};
  for (const GuestField& field : guest_fields()) {
    const auto value = field.value(report.sample);
    out[std::string(field.id)] = value ? Json(*value) : Json(nullptr);
  }
  return out;
}

}  // namespace aerostat
