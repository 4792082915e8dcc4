#include <fmt/format.h>

#include "console/table.h"
#include "lab_cli/plan.h"

namespace aerostat {

namespace {

std::string size(Bytes bytes) { return format_bytes(bytes); }
std::string size(double mib) { return format_bytes(Bytes::mib(static_cast<std::int64_t>(mib))); }
std::string ratio(double part, double whole) { return whole > 0 ? fmt::format("{:.2f}", part / whole) : "-"; }

std::string host_part(const sim::Plan& plan, bool colour) {
  const sim::SmallestHost& h = plan.host;
  std::string out;
  if (h.memory) {
    out += fmt::format("Smallest host: {} with {}.\n", size(*h.memory), plan.policy);
    out += fmt::format(
        "  On it {:.3g} % of all need is not met, and a guest feels a deficit for {:.2g} s at most.\n",
        h.at.violation() * 100, h.at.sum.longest_s);
    if (!h.broken.empty()) out += fmt::format("  With one block less, {}.\n", clean(h.broken));
  } else {
    out += fmt::format("No host is large enough: even with {}, {}.\n", size(h.largest), clean(h.broken));
    out += fmt::format("  More memory does not help {} here; allow more with --violation or --episode.\n",
                       plan.policy);
  }
  const double together = h.together.to_mib();
  std::vector<std::vector<Cell>> rows;
  const auto row = [&](std::string name, std::optional<Bytes> memory) {
    rows.push_back({{std::move(name)},
                    {memory ? size(*memory) : "-"},
                    {memory ? ratio(memory->to_mib(), together) : "-"}});
  };
  row("static, each its maximum", h.maxima);
  row("static, each its own peak", h.own_peaks);
  row(plan.policy, h.memory);
  row("ideal pooling", h.together);
  return out + render_table({{"HOST FOR ALL OF THEM"}, {"MEMORY", true}, {"OVER IDEAL", true}}, rows, colour);
}

std::string density_part(const sim::RunFacts& run, const sim::Plan& plan, bool colour) {
  const sim::Density& d = *plan.density;
  std::string out =
      fmt::format("\nOn a host of {}, so many such VMs fit ({}):\n", size(run.host_memory_mib),
                  d.fits.size() == 1 ? "one fleet" : fmt::format("median of {} fleets", d.fits.size()));
  const auto ideal = static_cast<double>(d.median.pooled);
  std::vector<std::vector<Cell>> rows;
  const auto row = [&](std::string name, std::optional<std::size_t> vms, std::size_t sim::Fit::* figure) {
    std::string each;
    if (figure != nullptr) {
      for (const sim::Fit& fit : d.fits) each += fmt::format("{}{}", each.empty() ? "" : " ", fit.*figure);
    }
    rows.push_back({{std::move(name)},
                    {vms ? std::to_string(*vms) : "-"},
                    {vms ? ratio(static_cast<double>(*vms), ideal) : "-"},
                    {each}});
  };
  std::string seeds;
  for (const sim::Fit& fit : d.fits) seeds += fmt::format("{}{}", seeds.empty() ? "" : " ", fit.seed);
  row("static, each its maximum", d.maxima, nullptr);
  row("static, each its own peak", d.median.own_peaks, &sim::Fit::own_peaks);
  row(plan.policy, d.median.policy, &sim::Fit::policy);
  row("ideal pooling", d.median.pooled, &sim::Fit::pooled);
  return out +
         render_table({{"VMS ON IT"}, {"VMS", true}, {"OF IDEAL", true}, {"SEEDS " + seeds}}, rows, colour);
}

std::string advice_part(const sim::Plan& plan, bool colour) {
  std::vector<std::vector<Cell>> rows;
  for (const sim::Advice& a : plan.advice) {
    rows.push_back({{clean(a.vm)}, {"minimum"}, {size(a.minimum_mib)}, {a.why_minimum}});
    rows.push_back({{""}, {"maximum"}, {size(a.maximum_mib)}, {a.why_maximum}});
  }
  return "\n" + render_table({{"VM"}, {"ADVICE"}, {"SIZE", true}, {"WHY"}}, rows, colour);
}

}  // namespace

std::string plan_text(const sim::RunFacts& run, const sim::Plan& plan, bool colour) {
  std::string out = host_part(plan, colour);
  if (plan.density) out += density_part(run, plan, colour);
  out += advice_part(plan, colour);
  out += fmt::format(
      "\nSimulated, from trace {}; unmet need at most {:.3g} % (a VM {:.3g} %, an hour {:.3g} %), felt {:g} "
      "s;\n"
      "texture {}, seed {}. A plan is as good as its trace.\n",
      clean(run.trace), plan.limits.violation * 100, plan.limits.violation * sim::kWorstVmTimes * 100,
      plan.limits.violation * sim::kWorstHourTimes * 100, plan.limits.episode_s, texture_name(run.texture),
      run.seed);
  return out;
}

}  // namespace aerostat
