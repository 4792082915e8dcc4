#include "research/peers/hyperv.h"

#include <algorithm>
#include <unordered_map>

#include "policy/share.h"

namespace aerostat::sim {

namespace {

class Hyperv final : public Rule {
 public:
  explicit Hyperv(const HypervConstants& c) : c_(c) {}
  double period_s() const override { return c_.period_s; }
  bool hears() const override { return c_.equal; }
  double grain_mib(double block) const override { return c_.equal ? block : 2; }

  void decide(RuleHost& host) override {
    std::vector<Claim> claims;
    for (const RuleVm& vm : host.vms) {
      const double ideal = vm.reported ? wanted(vm) : vm.target;
      claims.push_back({Bytes::of_mib(std::min(vm.minimum, ideal)), Bytes::of_mib(ideal), vm.weight});
    }
    const std::vector<Bytes> shares = share_out(Bytes::of_mib(host.capacity), claims);
    for (std::size_t i = 0; i < host.vms.size(); ++i) {
      if (host.vms[i].reported) move(host.vms[i], shares[i].to_mib(), shares[i] < claims[i].most, host.now_s);
    }
    // Someone lacks what another has above its share.
    if (lacks(host, shares)) {
      for (std::size_t i = 0; i < host.vms.size(); ++i)
        host.vms[i].target = std::min(host.vms[i].target, std::max(shares[i].to_mib(), host.vms[i].minimum));
    }
  }
  void ended(std::size_t id) override { enough_since_.erase(id); }

 private:
  double demand(const RuleVm& vm) const {
    return c_.equal ? vm.need : vm.committed + hyperv_balloon_floor(vm.total);
  }
  double headroom(const RuleVm& vm) const { return demand(vm) * vm.buffer * c_.buffer_scale + c_.floor_mib; }
  double wanted(const RuleVm& vm) const {
    return std::clamp(demand(vm) + headroom(vm), vm.minimum, vm.maximum);
  }

  void move(RuleVm& vm, double share, bool scarce, double now) {
    double& since = enough_since_.try_emplace(vm.id, now).first->second;
    const double low = scarce ? share : std::min(share, demand(vm) + headroom(vm) * c_.low);
    const bool enough = vm.target - share <= c_.least_mib;
    if (vm.target < low || (!enough && now - since >= c_.shrink_every_s)) {
      vm.target = share;
      since = now;
    } else if (enough) {
      since = now;
    }
  }

  bool lacks(const RuleHost& host, const std::vector<Bytes>& shares) const {
    double more = 0;
    for (std::size_t i = 0; i < host.vms.size(); ++i)
      more += std::max(0.0, std::min(host.vms[i].target, shares[i].to_mib()) - host.vms[i].assigned);
    return more > host.free;
  }

  HypervConstants c_;
  std::unordered_map<std::size_t, double> enough_since_;
};

}  // namespace

double hyperv_balloon_floor(double total_mib) {
  if (total_mib < 128) return 8 + total_mib / 2;
  if (total_mib < 512) return 40 + total_mib / 4;
  if (total_mib < 2048) return 104 + total_mib / 8;
  if (total_mib < 8192) return 232 + total_mib / 16;
  return 488 + total_mib / 32;
}

std::unique_ptr<Rule> hyperv_rule(const HypervConstants& constants) {
  return std::make_unique<Hyperv>(constants);
}

HypervConstants hyperv_equal() {
  return {.equal = true,
          .period_s = 0.1,
          .buffer_scale = 0.11,
          .floor_mib = 22,
          .low = 0.43,
          .shrink_every_s = 1.7,
          .least_mib = 140};
}

Tunable hyperv_tunable() {
  using C = HypervConstants;
  return tunable_rule<C>("hyperv-equal",
                         {{"buffer_scale", &C::buffer_scale, 0.02, 2, true},
                          {"floor_mib", &C::floor_mib, 16, 1024, true},
                          {"low", &C::low, 0.1, 1},
                          {"shrink_every_s", &C::shrink_every_s, 0.1, 60, true},
                          {"least_mib", &C::least_mib, 16, 1024, true}},
                         hyperv_equal(), hyperv_rule);
}

}  // namespace aerostat::sim
