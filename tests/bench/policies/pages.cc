#include "policies/pages.h"

#include <fmt/format.h>

#include <algorithm>

#include "policies/scarce.h"
#include "sim/trace/generate.h"

namespace aerostat::bench {

namespace {

constexpr std::size_t kColumns = 120;

// Characters, not bytes: the continuation bytes of UTF-8 take no column.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string heading(std::string_view title, std::string_view about) {
  std::string out = fmt::format("\n## {}\n\n", title);
  if (!about.empty()) out += wrapped(about) + "\n";
  return out;
}

std::string made_by(const SuiteOptions& o, std::string_view commit) {
  return wrapped(
      fmt::format("`script/bench policies --seeds {}` made this page, with the settings of commit {}. Do not "
                  "edit it: run the command again.",
                  o.seeds, commit));
}

std::string traces(const std::vector<TraceKind>& kinds, const SuiteOptions& o) {
  std::string out = heading("Traces", "");
  for (const sim::LoadAbout& load : sim::loads())
    out += wrapped(fmt::format("- **{}**, generated: {}.", load.name, load.about), "  ");
  out += wrapped("- **farm, coarse**, generated: the farm, with a row only every 1.7 s; rough in between.",
                 "  ");
  std::string recorded;
  for (const TraceKind& kind : kinds) {
    if (kind.recorded) recorded += fmt::format("{}**{}**", recorded.empty() ? "" : ", ", kind.name);
  }
  out +=
      wrapped(fmt::format("- Recorded: {}. See [traces/README.md](../../traces/README.md).", recorded), "  ");
  return out + "\n" +
         wrapped(fmt::format(
             "Generated traces are {:.0f} s long. The host has {} times the peak of the joint need of all "
             "VMs. Seeds are {} to {}. Each is another generated trace, or another texture between the "
             "rows of a recording.",
             o.seconds, o.room, o.first_seed, o.first_seed + o.seeds - 1));
}

std::string overview(const Compared& all, const std::vector<Promise>& kept, const SuiteOptions& o,
                     std::string_view commit) {
  std::string out = "# Results of the policy lab\n\n" + made_by(o, commit) + "\n";
  out += wrapped(
      "All figures are simulated: the daemon's own loop, policy and guards run on virtual VMs "
      "([simulate.md](../guide/simulate.md)). S is waste + 500 × violation + the cost of moves; lower is "
      "better. "
      "Intervals are 95 %, over seeds. Comparisons are paired.");
  out += "\n" + wrapped(
                    "More tables: [every trace](results-traces.md); [prices, elements, devices and scarce "
                    "hosts](results-variants.md).");
  out += traces(all.kinds, o);
  out += heading("Limits of the policy", "The measured value, then the limit.") + list_of_promises(kept);
  out += heading("All policies", "S over all traces, best first.") + table_of_scores(all);
  return out + heading("Ours against each", "Below 1 ours is better.") + table_of_ratios(all, "aerostat");
}

std::string each_trace(const Compared& all, const SuiteOptions& o, std::string_view commit) {
  std::string out = "# Results for each trace\n\n" + made_by(o, commit);
  out += "\n" + wrapped("[results.md](results.md) explains S, traces and intervals.");
  out += heading("All policies, all traces",
                 "S, best first. The spread is half the width of the 95 % interval.");
  out += tables_by_trace(all);
  return out + heading("Parts of S", "") +
         table_of_parts(all, {"aerostat", "plain", "free-page-reporting", "oracle"});
}

std::string variants(const Compared& all, const SuiteOptions& o, std::string_view commit) {
  std::string out = "# Results of variants\n\n" + made_by(o, commit);
  out += "\n" + wrapped("[results.md](results.md) explains S, traces and intervals.");
  out += heading(
             "Near-emptiness",
             "Share of time in which a guest has less available than its kernel's high watermarks and 32 MiB "
             "([simulate.md](../guide/simulate.md#figures)). S does not include it. The goal for `aerostat` "
             "is at "
             "most 0.1 % on every trace.") +
         table_of_emptiness(
             all, {"aerostat", "aerostat-dense", "aerostat-swift", "plain", "hyperv-equal", "static"});
  out += heading("Other prices",
                 "Geometric mean of S over all traces, if shortage and moves cost half or twice as much. "
                 "Nothing was "
                 "tuned for these prices.") +
         table_of_prices(all);
  out += heading("What each element contributes", "Above 1 the element is worth having.") +
         ablation(all.kinds, o);
  out += heading("Frontier",
                 "S against resizes (per VM and hour), by the price of a change and by patience. The last "
                 "column: constant "
                 "need with the measured error of the estimator.") +
         frontier(all.kinds, o);
  out += heading("Other devices",
                 "All traces, with memory that moves in blocks of 128 MiB or of 2 MiB (QEMU's choice for "
                 "virtio-mem). "
                 "It leaves at the rate of the lab's simple guest, or as fast as a device under KVM may take "
                 "it. One "
                 "constant of the policy was chosen for such devices (kCacheStep), none of `plain`.") +
         devices(all.kinds, o);
  return out +
         heading("What a scarce host allows",
                 "E of all VMs, then of the worst VM, in percent. The limits are 0.15 and 0.3. The seer "
                 "knows the "
                 "true need of VMs and shares by it every 20 ms, unless another time is given. *At once*: an "
                 "order "
                 "takes effect within a millisecond, and memory in use leaves as fast as idle memory. "
                 "Otherwise it "
                 "must be paged out first.") +
         table_of_scarce(o);
}

}  // namespace

std::vector<Page> pages(const Compared& all, const std::vector<Promise>& kept, const SuiteOptions& options,
                        std::string_view commit) {
  return {{"results.md", overview(all, kept, options, commit)},
          {"results-traces.md", each_trace(all, options, commit)},
          {"results-variants.md", variants(all, options, commit)}};
}

std::string wrapped(std::string_view text, std::string_view hang) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (column > 0 && column + 1 + width(word) > kColumns) {
      out += fmt::format("\n{}{}", hang, word);
      column = hang.size() + width(word);
    } else {
      out += fmt::format("{}{}", column > 0 ? " " : "", word);
      column += (column > 0 ? 1 : 0) + width(word);
    }
  }
  return out + "\n";
}

}  // namespace aerostat::bench
