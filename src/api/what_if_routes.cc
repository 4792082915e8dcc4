#include "api/what_if_routes.h"

#include <string>

#include "api/what_if_json.h"
#include "api/when.h"

namespace aerostat {

namespace {

// Of a question that is refused because another one is being answered.
const std::string kRetryAfter = "3";

ApiAnswer no_what_if() {
  return error_answer(
      {Error::Kind::Unavailable, "this daemon answers no what-if questions; update aerostatd"});
}

ApiAnswer told(const Result<WhatIfState>& state) {
  if (state) return ok(to_json(*state));
  ApiAnswer out = error_answer(state.error());
  if (state.error().kind == Error::Kind::Unavailable) out.headers["Retry-After"] = kRetryAfter;
  return out;
}

}  // namespace

void post_what_if(const Call& call, const Reply& reply) {
  if (call.services.what_if == nullptr) return reply(no_what_if());
  const Result<WhatIfRequest> request = parse_what_if(call.request.body, wall_seconds());
  if (!request) return reply(error_answer(request.error()));
  call.services.what_if->begin(*request, [reply](const Result<WhatIfState>& state) { reply(told(state)); });
}

ApiAnswer get_what_if(const Call& call) {
  return call.services.what_if ? told(call.services.what_if->state(call.vm)) : no_what_if();
}

ApiAnswer delete_what_if(const Call& call) {
  return call.services.what_if ? told(call.services.what_if->cancel(call.vm)) : no_what_if();
}

}  // namespace aerostat
