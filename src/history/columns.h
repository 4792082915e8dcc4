// Columns: the numbers that are kept of a VM and of the host, each moment. Both have as many, so that one
// frame holds all of them. Sizes are kept in KiB, percents in tenths.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "model/report.h"
#include "model/schema.h"

namespace aerostat::history {

inline constexpr std::size_t kLevels = 8;
inline constexpr std::size_t kPeaks = 2;
inline constexpr std::size_t kValues = kLevels + kPeaks;
// Levels whose maximum is kept beside their average.
inline constexpr std::array<std::size_t, kPeaks> kPeakOf = {2, 6};

inline constexpr std::int64_t kUnknown = std::numeric_limits<std::int64_t>::min();
using Values = std::array<std::int64_t, kValues>;

struct Column {
  std::string_view id;  // as in the field table, or with "_peak" for the maximum
  Unit unit;
};

inline constexpr std::array<Column, kValues> kVmColumns = {{
    {"assigned_bytes", Unit::Bytes},
    {"visible_bytes", Unit::Bytes},
    {"demand_bytes", Unit::Bytes},
    {"wanted_bytes", Unit::Bytes},
    {"resident_bytes", Unit::Bytes},
    {"available_bytes", Unit::Bytes},
    {"pressure_percent", Unit::Percent},
    {"swap_used_bytes", Unit::Bytes},
    {"demand_peak_bytes", Unit::Bytes},
    {"pressure_peak_percent", Unit::Percent},
}};
inline constexpr std::array<Column, kValues> kHostColumns = {{
    {"capacity_bytes", Unit::Bytes},
    {"reserve_bytes", Unit::Bytes},
    {"committed_bytes", Unit::Bytes},
    {"free_bytes", Unit::Bytes},
    {"reserved_bytes", Unit::Bytes},
    {"host_available_bytes", Unit::Bytes},
    {"over_committed_bytes", Unit::Bytes},
    {"vms", Unit::Count},
    {"committed_peak_bytes", Unit::Bytes},
    {"over_committed_peak_bytes", Unit::Bytes},
}};

Values values_of(const VmReport& vm);
Values values_of(const HostReport& host);
// In the unit of the column's id. Missing: not known.
std::optional<double> shown(std::int64_t value, Unit unit);

}  // namespace aerostat::history
