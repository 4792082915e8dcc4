#include "api/metrics_routes.h"

#include "metrics/metrics.h"

namespace aerostat {

ApiAnswer get_metrics(const Call& call) {
  const Manager& manager = call.services.manager;
  ApiAnswer out;
  std::optional<bool> paused;
  if (call.services.history != nullptr) {
    const HistoryState::Kind kind = call.services.history->state().kind;
    if (kind != HistoryState::Kind::Off) paused = kind == HistoryState::Kind::Paused;
  }
  out.body = metrics_text(manager.host(), manager.vms(), paused);
  out.content_type = kMetricsType;
  return out;
}

}  // namespace aerostat
