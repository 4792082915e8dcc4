#include "model/fields.h"

#include <fmt/format.h>

#include <array>

namespace aerostat {

namespace {

template <typename T>
FieldValue maybe(const std::optional<T>& value) {
  if (!value) return std::monostate{};
  return *value;
}

// A limit of 0 is one that is not known yet.
FieldValue size_limit(Bytes limit) {
  if (limit == Bytes{}) return std::monostate{};
  return limit;
}

using V = const VmReport&;
using H = const HostReport&;
using enum Nature;

constexpr std::array kVmFields = {
    Field<VmReport>{"name", "NAME", "the VM's name", Unit::None, Label,
                    [](V r) -> FieldValue { return r.name; }},
    Field<VmReport>{"mode", "MODE", "static: memory does not change; dynamic: managed", Unit::None, Label,
                    [](V r) -> FieldValue { return std::string(mode_name(r.limits.mode)); }},
    Field<VmReport>{"status", "STATUS", "how it is doing", Unit::None, Label,
                    [](V r) -> FieldValue { return std::string(status_code(r.status)); }},
    Field<VmReport>{"startup_bytes", "STARTUP", "memory the VM boots with", Unit::Bytes, Label,
                    [](V r) { return size_limit(r.limits.startup); }},
    Field<VmReport>{"minimum_bytes", "MINIMUM", "never pushed below this", Unit::Bytes, Label,
                    [](V r) { return size_limit(r.limits.minimum); }},
    Field<VmReport>{"maximum_bytes", "MAXIMUM", "never grown above this", Unit::Bytes, Label,
                    [](V r) { return size_limit(r.limits.maximum); }},
    Field<VmReport>{"buffer_percent", "BUFFER%", "headroom its owner wants kept above demand; -: learned",
                    Unit::Percent, Label,
                    [](V r) -> FieldValue {
                      if (!r.limits.buffer_percent) return {};
                      return static_cast<std::uint64_t>(*r.limits.buffer_percent);
                    }},
    Field<VmReport>{"weight", "WEIGHT", "priority when memory is scarce", Unit::Count, Label,
                    [](V r) -> FieldValue { return static_cast<std::uint64_t>(r.limits.weight); }},
    Field<VmReport>{"assigned_bytes", "ASSIGNED", "memory the host has given it now", Unit::Bytes, Gauge,
                    [](V r) { return maybe(r.assigned); }},
    Field<VmReport>{"visible_bytes", "VISIBLE", "memory the guest believes it has", Unit::Bytes, Gauge,
                    [](V r) { return maybe(r.visible); }},
    Field<VmReport>{"demand_bytes", "DEMAND", "what it needs to run without paging", Unit::Bytes, Gauge,
                    [](V r) { return maybe(r.demand); }},
    Field<VmReport>{"wanted_bytes", "WANTED", "demand and buffer, within the limits", Unit::Bytes, Gauge,
                    [](V r) { return maybe(r.wanted); }},
    Field<VmReport>{"pressure_percent", "PRESS%", "demand / assigned; 100 is exactly enough", Unit::Percent,
                    Gauge, [](V r) { return maybe(r.pressure_percent); }},
    Field<VmReport>{"target_bytes", "TARGET", "what was last asked of it", Unit::Bytes, Gauge,
                    [](V r) { return maybe(r.target); }},
    Field<VmReport>{"committed_bytes", "COMMITTED", "the most it may hold", Unit::Bytes, Gauge,
                    [](V r) { return maybe(r.committed); }},
    Field<VmReport>{"resident_bytes", "RESIDENT", "host memory its process occupies", Unit::Bytes, Gauge,
                    [](V r) { return maybe(r.resident); }},
    Field<VmReport>{"available_bytes", "AVAIL", "free for use in the guest", Unit::Bytes, Gauge,
                    [](V r) { return maybe(r.available); }},
    Field<VmReport>{"swap_used_bytes", "SWAPPED", "what the guest has in its own swap", Unit::Bytes, Gauge,
                    [](V r) { return maybe(r.swap_used); }},
    Field<VmReport>{"swap_in_pages", "SWAPIN", "pages since its boot", Unit::Pages, Counter,
                    [](V r) { return maybe(r.swap_in_pages); }},
    Field<VmReport>{"swap_out_pages", "SWAPOUT", "pages since its boot", Unit::Pages, Counter,
                    [](V r) { return maybe(r.swap_out_pages); }},
    Field<VmReport>{"oom_kills", "OOM", "programs killed since its boot because it was out of memory",
                    Unit::Count, Counter, [](V r) { return maybe(r.oom_kills); }},
    Field<VmReport>{"oom_kills_in_limits", "OOMLIMIT", "likewise, at a container's own limit", Unit::Count,
                    Counter, [](V r) { return maybe(r.oom_kills_in_limits); }},
    Field<VmReport>{"sample_age_s", "AGE", "seconds since the guest reported", Unit::Seconds, Gauge,
                    [](V r) { return maybe(r.sample_age_s); }},
    Field<VmReport>{"integration", "INTEGRATION", "how the guest takes part", Unit::None, Label,
                    [](V r) -> FieldValue { return r.integration; }},
    Field<VmReport>{"os", "OS", "what the guest says it runs", Unit::None, Label,
                    [](V r) -> FieldValue { return r.os; }},
    Field<VmReport>{"devices", "DEVICES", "what it can be moved with", Unit::None, Label,
                    [](V r) -> FieldValue { return r.devices; }},
    Field<VmReport>{"grows", "GROWS", "growths decided", Unit::Count, Counter,
                    [](V r) -> FieldValue { return r.grows; }},
    Field<VmReport>{"shrinks", "SHRINKS", "shrinks decided", Unit::Count, Counter,
                    [](V r) -> FieldValue { return r.shrinks; }},
    Field<VmReport>{"added_bytes", "ADDED", "memory given to it since it was found", Unit::Bytes, Counter,
                    [](V r) -> FieldValue { return r.added; }},
    Field<VmReport>{"removed_bytes", "REMOVED", "memory it gave back since it was found", Unit::Bytes,
                    Counter, [](V r) -> FieldValue { return r.removed; }},
    Field<VmReport>{"refusals", "REFUSALS", "times it wanted more and could not have it", Unit::Count,
                    Counter, [](V r) -> FieldValue { return r.refusals; }},
    Field<VmReport>{"reboots", "REBOOTS", "reboots of the guest seen", Unit::Count, Counter,
                    [](V r) -> FieldValue { return r.reboots; }},
    Field<VmReport>{"peak_assigned_bytes", "PEAK", "the most it was ever assigned", Unit::Bytes, Gauge,
                    [](V r) -> FieldValue { return r.peak_assigned; }},
    Field<VmReport>{"peak_demand_bytes", "PEAKDEMAND", "the most it needed while it was watched", Unit::Bytes,
                    Gauge, [](V r) { return maybe(r.peak_demand); }},
    Field<VmReport>{"watched_s", "WATCHED", "for as long its need is known", Unit::Seconds, Gauge,
                    [](V r) { return maybe(r.watched_s); }},
    Field<VmReport>{"note", "NOTE", "why this status", Unit::None, Label,
                    [](V r) -> FieldValue { return r.note; }},
};

constexpr std::array kHostFields = {
    Field<HostReport>{"version", "VERSION", "of the daemon", Unit::None, Label,
                      [](H r) -> FieldValue { return r.version; }},
    Field<HostReport>{"manager", "MANAGER", "running or paused", Unit::None, Label,
                      [](H r) -> FieldValue { return std::string(r.paused ? "paused" : "running"); }},
    Field<HostReport>{"paused_since", "PAUSED", "when it was paused", Unit::None, Label,
                      [](H r) -> FieldValue {
                        if (!r.paused_since) return {};
                        return format_time(*r.paused_since);
                      }},
    Field<HostReport>{"vms", "VMS", "virtual machines known", Unit::Count, Gauge,
                      [](H r) -> FieldValue { return r.vms; }},
    Field<HostReport>{"capacity_bytes", "CAPACITY", "memory that VMs may share", Unit::Bytes, Gauge,
                      [](H r) -> FieldValue { return r.capacity; }},
    Field<HostReport>{"reserve_bytes", "RESERVE", "of it, kept for the host", Unit::Bytes, Gauge,
                      [](H r) -> FieldValue { return r.reserve; }},
    Field<HostReport>{"reserved_bytes", "RESERVED", "promised to VMs about to start", Unit::Bytes, Gauge,
                      [](H r) -> FieldValue { return r.reserved; }},
    Field<HostReport>{"committed_bytes", "COMMITTED", "the most all VMs may hold", Unit::Bytes, Gauge,
                      [](H r) -> FieldValue { return r.committed; }},
    Field<HostReport>{"committed_peak_bytes", "PEAK", "the most that ever was", Unit::Bytes, Gauge,
                      [](H r) -> FieldValue { return r.committed_peak; }},
    Field<HostReport>{"free_bytes", "FREE", "what may be promised now", Unit::Bytes, Gauge,
                      [](H r) -> FieldValue { return r.free; }},
    Field<HostReport>{"host_available_bytes", "HOSTAVAIL", "the host kernel's MemAvailable", Unit::Bytes,
                      Gauge, [](H r) { return maybe(r.host_available); }},
    Field<HostReport>{"host_total_bytes", "HOSTTOTAL", "the host's memory", Unit::Bytes, Gauge,
                      [](H r) { return maybe(r.host_total); }},
    Field<HostReport>{"passes", "PASSES", "decision passes made", Unit::Count, Counter,
                      [](H r) -> FieldValue { return r.passes; }},
    Field<HostReport>{"over_committed_bytes", "OVER", "committed beyond what may be, now", Unit::Bytes, Gauge,
                      [](H r) -> FieldValue { return r.over_committed; }},
    Field<HostReport>{"over_committed_passes", "OVERPASSES",
                      "passes that found it so since aerostatd started", Unit::Count, Counter,
                      [](H r) -> FieldValue { return r.over_committed_passes; }},
    Field<HostReport>{"late_ticks", "LATE", "passes that came late", Unit::Count, Counter,
                      [](H r) -> FieldValue { return r.late_ticks; }},
    Field<HostReport>{"reclaimed_bytes", "RECLAIMED", "memory seen to come back", Unit::Bytes, Counter,
                      [](H r) -> FieldValue { return r.reclaimed; }},
    Field<HostReport>{"note", "NOTE", "what is wrong with the manager itself", Unit::None, Label,
                      [](H r) -> FieldValue { return r.note; }},
};

}  // namespace

std::span<const Field<VmReport>> vm_fields() { return kVmFields; }
std::span<const Field<HostReport>> host_fields() { return kHostFields; }

const Field<VmReport>* find_vm_field(std::string_view id) {
  for (const Field<VmReport>& field : kVmFields) {
    if (field.id == id) return &field;
  }
  return nullptr;
}

std::string field_text(const FieldValue& value) {
  struct Show {
    std::string operator()(std::monostate) const { return "-"; }
    std::string operator()(Bytes b) const { return format_bytes(b); }
    std::string operator()(std::uint64_t n) const { return fmt::format("{}", n); }
    std::string operator()(double d) const { return fmt::format("{:.1f}", d); }
    std::string operator()(const std::string& s) const { return s.empty() ? "-" : s; }
  };
  return std::visit(Show{}, value);
}

}  // namespace aerostat
