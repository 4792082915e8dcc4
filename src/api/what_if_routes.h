// The routes of what-if questions: one is asked, looked at while the lab works on it, and ended.
#pragma once

#include "api/route.h"

namespace aerostat {

void post_what_if(const Call& call, const Reply& reply);
ApiAnswer get_what_if(const Call& call);
ApiAnswer delete_what_if(const Call& call);

}  // namespace aerostat
