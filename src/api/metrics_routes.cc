#include "api/metrics_routes.h"

#include "metrics/metrics.h"

namespace aerostat {

ApiAnswer get_metrics(const Call& call) {
  const Manager& manager = call.services.manager;
  ApiAnswer out;
  out.body = metrics_text(manager.host(), manager.vms());
  out.content_type = kMetricsType;
  return out;
}

}  // namespace aerostat
