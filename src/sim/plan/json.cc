#include "sim/plan/json.h"

#include <nlohmann/json.hpp>

namespace aerostat::sim {

namespace {

using Json = nlohmann::ordered_json;

Json mib_or_null(const std::optional<Bytes>& size) { return size ? Json(size->to_mib()) : Json(nullptr); }

Json host_json(const SmallestHost& h) {
  Json out;
  out["memory_mib"] = mib_or_null(h.memory);
  out["violation"] = h.at.violation();
  out["longest_episode_s"] = h.at.sum.longest_s;
  out["worst_hour_violation"] = h.at.worst_hour;
  out["broken_below"] = h.broken;
  out["largest_tried_mib"] = h.largest.to_mib();
  out["static_maxima_mib"] = mib_or_null(h.maxima);
  out["static_own_peaks_mib"] = h.own_peaks.to_mib();
  out["ideal_pooling_mib"] = h.together.to_mib();
  out["replays"] = h.replays;
  return out;
}

Json density_json(const Density& d) {
  const auto fit = [](const Fit& f) {
    return Json{{"policy", f.policy}, {"static_own_peaks", f.own_peaks}, {"ideal_pooling", f.pooled}};
  };
  Json out;
  out["static_maxima"] = d.maxima ? Json(*d.maxima) : Json(nullptr);
  out["median"] = fit(d.median);
  out["seeds"] = Json::array();
  for (const Fit& f : d.fits) {
    Json one{{"seed", f.seed}};
    one.update(fit(f));
    out["seeds"].push_back(std::move(one));
  }
  return out;
}

}  // namespace

std::string plan_json(const RunFacts& run, const Plan& plan) {
  Json out;
  out["trace"] = run.trace;
  out["policy"] = plan.policy;
  out["host_memory_mib"] = run.host_memory_mib > 0 ? Json(run.host_memory_mib) : Json(nullptr);
  out["violation_limit"] = plan.limits.violation;
  out["episode_limit_s"] = plan.limits.episode_s;
  out["texture"] = std::string(texture_name(run.texture));
  out["seed"] = run.seed;
  out["smallest_host"] = host_json(plan.host);
  out["density"] = plan.density ? density_json(*plan.density) : Json(nullptr);
  out["vms"] = Json::array();
  for (const Advice& a : plan.advice) {
    out["vms"].push_back({{"vm", a.vm},
                          {"minimum_mib", a.minimum_mib},
                          {"maximum_mib", a.maximum_mib},
                          {"why_minimum", a.why_minimum},
                          {"why_maximum", a.why_maximum}});
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace aerostat::sim
