#include "sim/scenario/nonsense.h"

#include <memory>

namespace aerostat::sim {

namespace {

Move any(const HostView& host, std::size_t index, Bytes to) {
  const VmView& vm = host.vms[index];
  Move move;
  move.vm = vm.name;
  move.index = index;
  move.from = vm.target;
  move.to = move.desired = vm.level_below(to);
  move.rule = move.to > move.from ? Rule::Grow : Rule::ReturnIdle;
  move.why = "nonsense";
  return move;
}

std::vector<Move> greedy(const HostView& host) {
  std::vector<Move> plan;
  plan.reserve(host.vms.size());
  for (std::size_t i = 0; i < host.vms.size(); ++i)
    plan.push_back(any(host, i, host.vms[i].limits.maximum + Bytes::mib(1024)));
  return plan;
}

std::vector<Move> miser(const HostView& host) {
  std::vector<Move> plan;
  plan.reserve(host.vms.size());
  for (std::size_t i = 0; i < host.vms.size(); ++i) plan.push_back(any(host, i, Bytes{}));
  return plan;
}

}  // namespace

std::optional<Plan> nonsense(std::string_view name) {
  if (name == "greedy") return greedy;
  if (name == "miser") return miser;
  if (name != "flighty") return std::nullopt;
  return [turn = std::make_shared<bool>(false)](const HostView& host) {
    *turn = !*turn;
    return *turn ? greedy(host) : miser(host);
  };
}

}  // namespace aerostat::sim
