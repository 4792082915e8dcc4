#include "research/two_thirds.h"

#include <unordered_map>

namespace aerostat::sim {

namespace {

// Need falls for a moment all the time. A dip that lasts this long is worth a move.
constexpr double kPatience = 5;

class TwoThirds final : public Rule {
 public:
  double period_s() const override { return 0.5; }

  void decide(RuleHost& host) override {
    for (RuleVm& vm : host.vms) {
      if (!vm.reported) continue;
      const double wanted = vm.need * 3 / 2;
      double& busy_at = busy_at_.try_emplace(vm.id, host.now_s).first->second;
      if (wanted > vm.target) {
        vm.target = wanted;
        busy_at = host.now_s;
      } else if (vm.target - wanted < host.block) {
        busy_at = host.now_s;
      } else if (host.now_s - busy_at >= kPatience) {
        vm.target = wanted;
      }
    }
  }

  void ended(std::size_t id) override { busy_at_.erase(id); }

 private:
  std::unordered_map<std::size_t, double> busy_at_;  // when a VM last used all it has, s
};

}  // namespace

std::unique_ptr<Rule> two_thirds_rule() { return std::make_unique<TwoThirds>(); }

}  // namespace aerostat::sim
