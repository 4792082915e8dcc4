#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "console/table.h"
#include "lab_cli/simulate.h"

namespace aerostat {

namespace {

using sim::Figures;

// Three significant digits, and never "0.000" for a value above 0.
std::string percent(double share) {
  const double value = share * 100;
  if (value == 0) return "0";
  if (value < 0.001) return "<0.001";
  return fmt::format("{:.{}f}", value, value < 1 ? 3 : value < 10 ? 2 : 1);
}

std::string seconds_text(double s) {
  if (s == 0) return "0";
  if (s < 0.01) return "<0.01 s";
  return fmt::format("{:.{}f} s", s, s < 10 ? 2 : 0);
}

std::string size_text(double mib) { return format_bytes(Bytes::mib(static_cast<std::int64_t>(mib))); }

std::vector<Cell> row_of(const Figures& f, double best) {
  const Colour score = f.s <= best ? Colour::Green : Colour::None;
  const bool broken = f.law_violations > 0;
  return {{f.policy},
          {fmt::format("{:.3f}", f.s), score},
          {fmt::format("{:.3f}", f.waste)},
          {fmt::format("{:.3f}", sim::kViolationPrice * f.violation)},
          {fmt::format("{:.3f}", f.move_cost)},
          {fmt::format("{:.2f}", f.competitive_ratio)},
          {percent(f.violation)},
          {f.worst_vm.empty() ? "-" : fmt::format("{} {}", percent(f.worst_vm_violation), clean(f.worst_vm))},
          {percent(f.felt_time_share)},
          {seconds_text(f.longest_episode_s)},
          {percent(f.near_empty_time_share)},
          {percent(f.entitlement_shortfall)},
          {fmt::format("{:.0f}", f.resizes_per_vm_hour)},
          {size_text(f.peak_assigned_mib)},
          {broken ? fmt::format("{:.0f} broken", f.law_violations) : "kept",
           broken ? Colour::Red : Colour::None}};
}

// Raw, because it is laid out as it is to be read.
constexpr std::string_view kFootnote =
    R"(S = W + 500 V + M, lower is better. W: memory held above need; V: need not met; M: price of the moves; all as
shares of need. RATIO: (1 + S) / (1 + S of the oracle). V %, WORST VM: V of all VMs and of the worst one, in
percent. FELT %: share of time with a deficit that a guest feels; LONGEST: the longest such time.
EMPTY %: share of time with less available than a Linux kernel's high watermarks and 32 MiB. E %: what VMs
lacked of their fair share. RESIZES: per VM and hour. A VM's first 60 s do not count.
)";

}  // namespace

std::string simulate_table(const sim::RunFacts& run, const std::vector<Figures>& policies, bool colour) {
  double best = 1e300;
  for (const Figures& f : policies) best = std::min(best, f.s);
  std::vector<std::vector<Cell>> rows;
  rows.reserve(policies.size());
  for (const Figures& f : policies) rows.push_back(row_of(f, policies.size() > 1 ? best : -1));
  std::string out = render_table({{"POLICY"},
                                  {"S", true},
                                  {"W", true},
                                  {"500 V", true},
                                  {"M", true},
                                  {"RATIO", true},
                                  {"V %", true},
                                  {"WORST VM"},
                                  {"FELT %", true},
                                  {"LONGEST", true},
                                  {"EMPTY %", true},
                                  {"E %", true},
                                  {"RESIZES", true},
                                  {"PEAK", true},
                                  {"LAWS"}},
                                 rows, colour);
  out += coloured(kFootnote, Colour::Dim, colour);
  out += fmt::format("Trace {}; host {}; texture {}, seed {}.\n", clean(run.trace),
                     size_text(run.host_memory_mib), texture_name(run.texture), run.seed);
  return out;
}

std::string policy_list(const std::vector<sim::PolicyEntry>& policies, bool colour) {
  std::vector<std::vector<Cell>> rows;
  rows.reserve(policies.size());
  for (const sim::PolicyEntry& entry : policies) rows.push_back({{entry.name}, {entry.about}});
  return render_table({{"POLICY"}, {"WHAT IT IS"}}, rows, colour);
}

}  // namespace aerostat
