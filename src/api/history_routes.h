// The API's routes about the past.
#pragma once

#include "api/route.h"

namespace aerostat {

// GET /v1/history: numbers of the host, of a VM (?vm=), or one number of each VM (?each=), over time.
void get_history(const Call& call, const Reply& reply);
// GET /v1/history/events and /v1/history/decisions: of this daemon and of earlier ones, also of VMs that are
// gone.
void get_past_events(const Call& call, const Reply& reply);
void get_past_decisions(const Call& call, const Reply& reply);
// GET /v1/history/status: whether it is kept, where, and how large it is.
ApiAnswer get_history_status(const Call& call);

}  // namespace aerostat
