#include "sim/rules/registry.h"

#include <fmt/format.h>

#include "base/text.h"
#include "sim/rules/aerostat_policy.h"
#include "sim/rules/peers.h"
#include "sim/rules/plain.h"

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
  all.add({"aerostat", "this project: the daemon's own loop, policy and guards",
           [] { return std::make_unique<AerostatPolicy>(); }});
  all.add_rule("static", "memory as configured, from boot to shutdown", static_rule);
  all.add({"oracle", "sees all need beforehand; bounded by blocks and the price of a move only", nullptr});
  all.add_rule("plain", "flat percentage, floor, hold and hysteresis, every 0.1 s; tuned", plain_rule);
  add_peers(all);
  return all;
}

}  // namespace aerostat::sim
