// Reports as Prometheus reads them (text format 0.0.4). Names, units and meanings come from the field table
// (model/fields.h). A value that is not known is left out, never zero. Text of guests is bounded and escaped.
// Made anew for each scrape, so that nothing of a VM that has gone stays behind.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/report.h"
#include "model/schema.h"

namespace aerostat {

inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

// `history_paused`: missing where none is kept.
std::string metrics_text(const HostReport& host, const std::vector<VmReport>& vms,
                         std::optional<bool> history_paused = {});

// "aerostat_vm_" and "pressure_percent": "aerostat_vm_pressure_ratio". Base units, as Prometheus wants them:
// ratios and seconds; counters end in "_total".
std::string metric_name(std::string_view prefix, std::string_view id, Unit unit, Nature nature);

}  // namespace aerostat
