#include "sim/report/plot.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace aerostat::sim {

namespace {

using Json = nlohmann::ordered_json;

// Numbers per bucket and series, see series_json().
constexpr std::size_t kNumbers = 6;
constexpr std::size_t kFewestBuckets = 100, kMostBuckets = 900;

std::size_t buckets_for(const Trace& trace, std::size_t policies, double span) {
  const std::size_t charts = std::min(kMostCharts, trace.vms().size()) + 1;
  const std::size_t series = std::max<std::size_t>(1, policies * charts);
  const std::size_t budget = std::clamp(kMostNumbers / (series * kNumbers), kFewestBuckets, kMostBuckets);
  // So few that none stays empty between two frames.
  const auto frames = static_cast<std::size_t>(std::max(1.0, span / (2 * kPlotFrame)));
  return std::min(budget, frames);
}

// Whole MiB; null while the VM does not live.
Json series_json(const Series& series) {
  Json out{{"n", Json::array()}, {"N", Json::array()}, {"a", Json::array()},
           {"A", Json::array()}, {"m", Json::array()}, {"x", Json::array()}};
  const auto put = [&](const char* key, const Merged& m, double value) {
    out[key].push_back(m.moments == 0 ? Json(nullptr) : Json(std::llround(value)));
  };
  for (const Merged& m : series) {
    put("n", m, m.need_low);
    put("N", m, m.need_high);
    put("a", m, m.got_low);
    put("A", m, m.got_high);
    put("m", m, m.moments == 0 ? 0 : m.got_sum / m.moments);
    put("x", m, std::ceil(m.lacks));
  }
  return out;
}

Json plotted_json(const Figures& figures, const PlottedPolicy& policy) {
  Json out{{"policy", policy.name}, {"left_out", policy.left_out}, {"figures", Json::object()}};
  for (const FigureField& field : figure_fields())
    out["figures"][std::string(field.id)] = figures.*field.value;
  out["together"] = series_json(policy.together);
  out["committed"] = Json::array();
  for (const float most : policy.committed) out["committed"].push_back(std::llround(most));
  out["vms"] = Json::array();
  for (const PlottedVm& vm : policy.vms)
    out["vms"].push_back({{"vm", vm.name}, {"limit", vm.limit_mib}, {"series", series_json(vm.series)}});
  return out;
}

}  // namespace

void Merged::add(double need, double got, double deficit) {
  const auto n = static_cast<float>(need);
  const auto g = static_cast<float>(got);
  need_low = moments == 0 ? n : std::min(need_low, n);
  need_high = moments == 0 ? n : std::max(need_high, n);
  got_low = moments == 0 ? g : std::min(got_low, g);
  got_high = moments == 0 ? g : std::max(got_high, g);
  lacks = std::max(lacks, static_cast<float>(deficit));
  need_sum += need;
  got_sum += got;
  ++moments;
}

PlotRecorder::PlotRecorder(const Trace& trace, std::size_t policies)
    : trace_(trace),
      span_(std::max(kPlotFrame, trace.last_s() - trace.first_s())),
      buckets_(buckets_for(trace, policies, span_)),
      vms_(trace.vms().size(), Series(buckets_)) {
  out_.together.resize(buckets_);
  out_.committed.resize(buckets_);
}

std::size_t PlotRecorder::bucket(double at) const {
  const double place = std::floor(at / span_ * static_cast<double>(buckets_));
  return static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(buckets_ - 1)));
}

void PlotRecorder::frame(const Frame& f) {
  if (any_ && f.at != sum_.at) moment_over();
  if (!any_) sum_ = {f.at, 0, 0, 0, 0};
  any_ = true;
  const double age = trace_.first_s() + f.at - trace_.vms()[f.vm].first_s;
  const double deficit = f.need - f.assigned;
  const double felt = age >= kUnscored && deficit > felt_above(f.need) ? deficit : 0;
  vms_[f.vm][bucket(f.at)].add(f.need, f.assigned, felt);
  sum_.need += f.need;
  sum_.assigned += f.assigned;
  sum_.committed += f.committed;
  lacks_ += felt;
}

void PlotRecorder::moment_over() {
  const std::size_t at = bucket(sum_.at);
  out_.together[at].add(sum_.need, sum_.assigned, lacks_);
  out_.committed[at] = std::max(out_.committed[at], static_cast<float>(sum_.committed));
  lacks_ = 0;
  any_ = false;
}

PlottedPolicy PlotRecorder::finish(std::string name) {
  if (any_) moment_over();
  struct Rank {
    double lacks = 0, need = 0;
    std::size_t vm = 0;
  };
  std::vector<Rank> ranks;
  for (std::size_t i = 0; i < vms_.size(); ++i) {
    Rank rank{.vm = i};
    for (const Merged& m : vms_[i]) {
      rank.lacks += m.lacks;
      rank.need += m.need_sum;
    }
    ranks.push_back(rank);
  }
  // The worst served first, then the largest.
  std::stable_sort(ranks.begin(), ranks.end(), [](const Rank& a, const Rank& b) {
    return std::pair(a.lacks, a.need) > std::pair(b.lacks, b.need);
  });
  ranks.resize(std::min(ranks.size(), kMostCharts));
  std::sort(ranks.begin(), ranks.end(), [](const Rank& a, const Rank& b) { return a.vm < b.vm; });
  out_.name = std::move(name);
  out_.left_out = vms_.size() - ranks.size();
  for (const Rank& rank : ranks) {
    const VmTrace& about = trace_.vms()[rank.vm];
    out_.vms.push_back({about.name, about.limit_mib, std::move(vms_[rank.vm])});
  }
  return std::move(out_);
}

std::string plot_page(const RunFacts& run, double span_s, std::span<const Figures> figures,
                      std::span<const PlottedPolicy> policies) {
  Json data{{"trace", run.trace},
            {"host_memory_mib", run.host_memory_mib},
            {"texture", std::string(texture_name(run.texture))},
            {"seed", run.seed},
            {"span_s", span_s},
            {"policies", Json::array()}};
  for (std::size_t i = 0; i < std::min(figures.size(), policies.size()); ++i)
    data["policies"].push_back(plotted_json(figures[i], policies[i]));
  // Names may contain anything. Nothing in them may end the script that contains them.
  std::string text;
  for (const char c : data.dump(-1, ' ', true, Json::error_handler_t::replace)) {
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  }
  std::string page(kPlotPage);
  constexpr std::string_view kPlace = "@DATA@";
  return page.replace(page.find(kPlace), kPlace.size(), text);
}

}  // namespace aerostat::sim
