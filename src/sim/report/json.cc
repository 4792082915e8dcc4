#include "sim/report/json.h"

#include <nlohmann/json.hpp>

namespace aerostat::sim {

namespace {

using Json = nlohmann::ordered_json;

Json policy_json(const RunFacts& run, const Figures& figures) {
  Json out;
  out["policy"] = figures.policy;
  for (const FigureField& field : figure_fields()) {
    const double value = figures.*field.value;
    if (field.whole)
      out[std::string(field.id)] = static_cast<std::uint64_t>(value);
    else
      out[std::string(field.id)] = value;
  }
  out["texture"] = std::string(texture_name(run.texture));
  out["seed"] = run.seed;
  return out;
}

}  // namespace

std::string figures_json(const RunFacts& run, std::span<const Figures> policies) {
  Json out;
  out["trace"] = run.trace;
  out["host_memory_mib"] = run.host_memory_mib;
  out["policies"] = Json::array();
  for (const Figures& figures : policies) out["policies"].push_back(policy_json(run, figures));
  // A file's name may contain anything.
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace aerostat::sim
