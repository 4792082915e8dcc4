// The peers' rules, written from their published descriptions; docs/policies.md has source, constants and
// what was simplified for each.
#pragma once

namespace aerostat::sim {

class Registry;
void add_peers(Registry& all);

}  // namespace aerostat::sim
