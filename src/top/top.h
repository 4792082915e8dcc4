// `aerostat top`: the live view. Asks the daemon once a second in a thread of its own, so that keys work
// whatever the daemon does. A daemon that ends shows as disconnected, and comes back by itself.
#pragma once

#include "base/result.h"
#include "client/client.h"

namespace aerostat::top {

// Until somebody quits, or a signal ends it. Error: there is no terminal to show it on.
Result<void> run(const Client& client, bool colour);

}  // namespace aerostat::top
