#include "sim/scenario/nonsense.h"

#include <memory>

namespace aerostat::sim {

namespace {

Wish any(const HostView& host, std::size_t place, Bytes size) {
  const VmView& vm = host.vms[place];
  const Bytes to = vm.level_below(size);
  const aerostat::Rule rule = to > vm.target ? aerostat::Rule::Grow : aerostat::Rule::ReturnIdle;
  return {place, to, to, rule, Because::Unsaid, {}, {}};
}

std::vector<Wish> greedy(const HostView& host) {
  std::vector<Wish> plan;
  plan.reserve(host.vms.size());
  for (std::size_t i = 0; i < host.vms.size(); ++i)
    plan.push_back(any(host, i, host.vms[i].limits.maximum + Bytes::mib(1024)));
  return plan;
}

std::vector<Wish> miser(const HostView& host) {
  std::vector<Wish> plan;
  plan.reserve(host.vms.size());
  for (std::size_t i = 0; i < host.vms.size(); ++i) plan.push_back(any(host, i, Bytes{}));
  return plan;
}

}  // namespace

std::optional<Planner> nonsense(std::string_view name) {
  if (name == "greedy") return greedy;
  if (name == "miser") return miser;
  if (name != "flighty") return std::nullopt;
  return [turn = std::make_shared<bool>(false)](const HostView& host) {
    *turn = !*turn;
    return *turn ? greedy(host) : miser(host);
  };
}

}  // namespace aerostat::sim
