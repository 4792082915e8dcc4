// Plot: a page that shows what every policy did: need and memory of each VM over time, all VMs stacked under
// the host's capacity, and where a VM was short. The page needs no network and works in light and dark mode.
// Its size is bounded, however long the trace and however many VMs: moments are merged into their lowest and
// highest values, and each policy shows the VMs that it served worst.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/report/json.h"

namespace aerostat::sim {

// VMs with a chart of their own, for each policy. The others are in the stack.
inline constexpr std::size_t kMostCharts = 12;
// The approximate limit of a page: numbers of all series of all policies.
inline constexpr std::size_t kMostNumbers = 300'000;
// How often a plotted replay is sampled, s. Shorter deficits may be missed; the figures have them.
inline constexpr double kPlotFrame = 0.1;

// Moments that were merged into one, MiB. `moments` 0: no data.
struct Merged {
  float need_low = 0, need_high = 0;
  float got_low = 0, got_high = 0;
  float lacks = 0;  // the largest felt deficit after the first minute, which is not scored
  double need_sum = 0, got_sum = 0;
  std::uint32_t moments = 0;

  void add(double need, double got, double deficit);
};
using Series = std::vector<Merged>;

struct PlottedVm {
  std::string name;
  double limit_mib = 0;  // 0: none
  Series series;
};

struct PlottedPolicy {
  std::string name;
  Series together;               // sums
  std::vector<float> committed;  // the most at one time, by bucket
  std::vector<PlottedVm> vms;    // in the order of the trace
  std::size_t left_out = 0;      // VMs without a chart
};

// Listens to the replay of one policy.
class PlotRecorder {
 public:
  // `policies`: how many will be on the page.
  PlotRecorder(const Trace& trace, std::size_t policies);
  void frame(const Frame& frame);
  PlottedPolicy finish(std::string name);
  double span_s() const { return span_; }

 private:
  std::size_t bucket(double at) const;
  void moment_over();

  const Trace& trace_;
  double span_;
  std::size_t buckets_;
  std::vector<Series> vms_;
  PlottedPolicy out_;
  Frame sum_;  // of the current moment, so far
  double lacks_ = 0;
  bool any_ = false;
};

// `figures` and `policies` are of the same policies in the same order.
std::string plot_page(const RunFacts& run, double span_s, std::span<const Figures> figures,
                      std::span<const PlottedPolicy> policies);

// The page, with @DATA@ where its JSON belongs.
extern const std::string_view kPlotPage;

}  // namespace aerostat::sim
