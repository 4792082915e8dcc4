#include "sim/rules/peers.h"

#include "sim/rules/registry.h"

namespace aerostat::sim {

void add_peers(Registry&) {}

}  // namespace aerostat::sim
