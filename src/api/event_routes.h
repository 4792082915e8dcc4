// Routes of what goes on: events, and the live feed.
#pragma once

#include "api/route.h"

namespace aerostat {

ApiAnswer get_events(const Call& call);
ApiAnswer get_live(const Call& call);

}  // namespace aerostat
