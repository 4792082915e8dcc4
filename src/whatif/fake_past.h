// FakePast: for tests. Twenty minutes of a host with three VMs: one whose need swings, one at rest, and one
// of which nobody knows the need.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "whatif/experiment.h"

namespace aerostat::whatif {

inline constexpr std::int64_t kPast = 1'700'000'000, kPastStep = 10, kPastSteps = 121;

inline HistoryTable past_table(const std::string& of, bool need) {
  HistoryTable out;
  out.of = of;
  out.step = kPastStep;
  out.since = kPast;
  out.until = kPast + kPastSteps * kPastStep;
  out.columns = {"time", "web", "db", "old"};
  constexpr double kMib = 1024 * 1024;
  for (std::int64_t i = 0; i < kPastSteps; ++i) {
    const double web = 700 + 500 * std::sin(static_cast<double>(i) / 20);
    HistoryTable::Row row{kPast + i * kPastStep, {web * kMib, 1024 * kMib, std::nullopt}};
    if (!need) row.values = {web * 1.2 * kMib, 1200 * kMib, 512 * kMib};
    out.rows.push_back(std::move(row));
  }
  return out;
}

inline KnownVm past_vm(const std::string& name, Bytes minimum, Bytes maximum) {
  KnownVm out{name, {Mode::Dynamic, Bytes::mib(512), minimum, maximum, {}, kDefaultWeight}, {}};
  out.settings.mode = Mode::Dynamic;
  out.settings.minimum = minimum;
  return out;
}

inline Facts past_facts(Bytes capacity = Bytes::mib(8192)) {
  Facts out{capacity, Bytes::mib(1024), profile(ProfileName::Balanced), {}, {}, {}};
  out.vms = {past_vm("web", Bytes::mib(256), Bytes::mib(4096)),
             past_vm("db", Bytes::mib(256), Bytes::mib(4096)),
             past_vm("old", Bytes::mib(512), Bytes::mib(2048))};
  out.need = past_table("demand_peak_bytes", true);
  out.assigned = past_table("assigned_bytes", false);
  return out;
}

inline WhatIfRequest past_request() {
  WhatIfRequest out;
  out.since = kPast;
  out.until = kPast + kPastSteps * kPastStep;
  return out;
}

}  // namespace aerostat::whatif
