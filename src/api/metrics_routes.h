// The route of Prometheus.
#pragma once

#include "api/route.h"

namespace aerostat {

ApiAnswer get_metrics(const Call& call);

}  // namespace aerostat
