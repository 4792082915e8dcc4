#include "sim/rules/registry.h"

#include <fmt/format.h>

#include "base/text.h"
#include "sim/rules/aerostat_policy.h"
#include "sim/rules/peers.h"
#include "sim/rules/plain.h"
#include "sim/rules/two_thirds.h"

namespace aerostat::sim {

void Registry::add_rule(std::string name, std::string about, std::function<std::unique_ptr<Rule>()> make) {
  add({std::move(name), std::move(about),
       [make = std::move(make)] { return std::make_unique<RulePolicy>(make()); }});
}

Result<const PolicyEntry*> Registry::find(std::string_view name) const {
  std::string names;
  for (const PolicyEntry& entry : entries_) {
    if (entry.name == name) return &entry;
    names += (names.empty() ? "" : ", ") + entry.name;
  }
  return fail(Error::Kind::NotFound,
              fmt::format("there is no policy '{}'; there are {}", printable(name, 40), names));
}

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
  all.add({"oracle", "sees all need beforehand; bounded by blocks and the price of a move only", nullptr});
  all.add_rule("plain", "flat percentage, floor, hold and hysteresis, at each report; tuned", plain_rule);
  add_peers(all);
  all.add_rule("two-thirds",
               "the example of docs/design/writing-a-policy.md: half as much again as is needed",
               two_thirds_rule);
  return all;
}

}  // namespace aerostat::sim
