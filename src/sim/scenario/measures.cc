#include "sim/scenario/measures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/status.h"

namespace aerostat::sim {

namespace {

double part(double of, double whole) { return whole > 0 ? 100 * of / whole : 0; }
const Totals& totals(const VirtualVm* vm) { return vm->meter().totals(); }

using Host = const VirtualHost&;
using Vm = const VirtualVm*;

constexpr std::array kMeasures = {
    Measure{"free", "neither committed nor kept for the host", Unit::Size, false,
            [](Host h, Vm) { return h.free().to_mib(); }},
    Measure{"committed", "what all VMs together may hold", Unit::Size, false,
            [](Host h, Vm) { return h.committed().to_mib(); }},
    Measure{"available", "what the host's kernel has left", Unit::Size, false,
            [](Host h, Vm) { return h.available().to_mib(); }},
    Measure{"assigned", "what it has", Unit::Size, true, [](Host, Vm vm) { return vm->assigned(); }},
    Measure{"target", "what it was asked to have", Unit::Size, true,
            [](Host, Vm vm) { return vm->facts().target().to_mib(); }},
    Measure{"committed", "the larger of both", Unit::Size, true, [](Host, Vm vm) { return vm->committed(); }},
    Measure{"missing", "what it needs and does not have", Unit::Size, true,
            [](Host, Vm vm) { return std::max(0.0, vm->need() - vm->assigned()); }},
    Measure{"lacked", "what it missed, summed over time, in MiB seconds", Unit::SizeSeconds, true,
            [](Host, Vm vm) { return totals(vm).missing; }},
    Measure{"resizes", "how often its target changed", Unit::Count, true,
            [](Host, Vm vm) { return totals(vm).changes; }},
    Measure{"reversals", "changes against the previous one", Unit::Count, true,
            [](Host, Vm vm) { return totals(vm).reversals; }},
    Measure{"violation", "what it missed, relative to what it needed", Unit::Percent, true,
            [](Host, Vm vm) { return part(totals(vm).missing, totals(vm).need); }},
    Measure{"waste", "what it had and did not need, relative to what it needed", Unit::Percent, true,
            [](Host, Vm vm) { return part(totals(vm).waste, totals(vm).need); }},
    Measure{"short", "time in which it missed anything", Unit::Percent, true,
            [](Host, Vm vm) { return part(totals(vm).short_s, totals(vm).seconds); }},
    Measure{"felt", "the longest continuous felt deficit", Unit::Seconds, true,
            [](Host, Vm vm) { return totals(vm).longest_s; }},
};

constexpr std::array kStatuses = {
    Status::Ok,         Status::Low,     Status::Warning,       Status::Paging,
    Status::Starting,   Status::Static,  Status::NoIntegration, Status::NotResponding,
    Status::BadReports, Status::Stalled, Status::Paused,        Status::Off};

}  // namespace

std::span<const Measure> measures() { return kMeasures; }

const Measure* find_measure(std::string_view name, bool of_vm) {
  const auto found = std::find_if(kMeasures.begin(), kMeasures.end(),
                                  [&](const Measure& m) { return m.name == name && m.of_vm == of_vm; });
  return found == kMeasures.end() ? nullptr : &*found;
}

std::string measure_list(bool of_vm) {
  std::string out;
  for (const Measure& m : kMeasures) {
    if (m.of_vm == of_vm) out += (out.empty() ? "" : ", ") + std::string(m.name);
  }
  return out + (of_vm ? " and marked" : "");
}

bool is_status(std::string_view text) {
  return std::any_of(kStatuses.begin(), kStatuses.end(), [&](Status s) { return status_name(s) == text; });
}

std::string status_list() {
  std::string out;
  for (const Status s : kStatuses) out += (out.empty() ? "" : ", ") + std::string(status_name(s));
  return out;
}

std::string in_unit(Unit unit, double value) {
  switch (unit) {
    case Unit::Size: return format_bytes(Bytes::of_mib(value));
    case Unit::SizeSeconds: return fmt::format("{:.0f} MiB s", value);
    case Unit::Seconds: return fmt::format("{:.2f} s", value);
    case Unit::Percent: return fmt::format("{:.3g} %", value);
    case Unit::Count: break;
  }
  return fmt::format("{:.0f}", value);
}

}  // namespace aerostat::sim
