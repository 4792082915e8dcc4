// Protection of the agent itself: it must stay alive and fast exactly when the guest is out of memory.
#pragma once

namespace aerostat::agent {

// Locks its memory, exempts it from the OOM killer, raises its priority. Does what is permitted and ignores
// failures.
void protect_self();

}  // namespace aerostat::agent
