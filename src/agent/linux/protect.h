// Protection of the agent itself: it must stay alive and quick exactly when the guest is out of memory.
#pragma once

namespace aerostat::agent {

// Locks its memory, tells the OOM killer to spare it, raises its priority. Does what it may; says nothing
// otherwise.
void protect_self();

}  // namespace aerostat::agent
