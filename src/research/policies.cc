#include "research/policies.h"

#include "research/oracle_replay.h"
#include "research/peers.h"
#include "research/plain.h"
#include "research/two_thirds.h"
#include "sim/rules/aerostat_policy.h"

namespace aerostat::sim {

Registry builtin_policies() {
  Registry all;
  const auto add_profile = [&all](std::string name, std::string about, ProfileName which) {
    all.add({std::move(name), std::move(about),
             [which] { return std::make_unique<AerostatPolicy>(profile(which)); }});
  };
  add_profile("aerostat", "this project: the daemon's own loop, policy and guards", ProfileName::Balanced);
  add_profile("aerostat-dense", "the same with the profile dense", ProfileName::Dense);
  add_profile("aerostat-swift", "the same with the profile swift", ProfileName::Swift);
  all.add_rule("static", "memory as configured, from boot to shutdown", static_rule);
  all.add(oracle_entry());
  all.add_rule("plain", "flat percentage, floor, hold and hysteresis, at each report; tuned", plain_rule);
  add_peers(all);
  all.add_rule("two-thirds",
               "the example of docs/design/writing-a-policy.md: half as much again as is needed",
               two_thirds_rule);
  return all;
}

Tunable aerostat_tunable() {
  using P = Profile;
  return tunable_policy<P>("aerostat",
                           {{"short_price", &P::short_price, 10, 1000, true},
                            {"change_price", &P::change_price, 0.05, 2, true},
                            {"headroom_sigmas", &P::headroom_sigmas, 0.2, 5, true}},
                           profile(ProfileName::Balanced),
                           [](const P& p) { return std::make_unique<AerostatPolicy>(p); });
}

std::vector<Tunable> tunables() {
  std::vector<Tunable> out{aerostat_tunable(), plain_tunable()};
  for (Tunable& peer : peers_tunables()) out.push_back(std::move(peer));
  return out;
}

}  // namespace aerostat::sim
