#include "api/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "api/doctor_routes.h"
#include "api/event_routes.h"
#include "api/history_routes.h"
#include "api/metrics_routes.h"
#include "api/openapi.h"
#include "api/route.h"
#include "api/sample_json.h"
#include "api/static_files.h"
#include "api/token_routes.h"
#include "api/what_if_routes.h"
#include "base/ascii.h"
#include "base/text.h"

namespace aerostat {

namespace {

constexpr std::uint64_t kDefaultDecisions = 20;
constexpr std::uint64_t kMostDecisions = 1000;

ApiAnswer text(std::string body, int status = 200) {
  ApiAnswer out;
  out.status = status;
  out.content_type = "text/plain; charset=utf-8";
  out.body = std::move(body);
  return out;
}

ApiAnswer get_healthz(const Call&) { return text("ok\n"); }

ApiAnswer get_readyz(const Call& call) {
  if (call.services.manager.host().passes == 0) return text("not yet: no pass was made\n", 503);
  return text("ok\n");
}

ApiAnswer get_openapi(const Call&) {
  ApiAnswer out;
  out.body = openapi_text();
  return out;
}

ApiAnswer get_host(const Call& call) { return ok(host_json(call.services.manager, call.services.history)); }
ApiAnswer get_vms(const Call& call) {
  const Result<bool> all = flag(call, "all");
  if (!all) return error_answer(all.error());
  Json out = list_json(call.services.manager.vms());
  if (*all) {
    for (const VmReport& vm : call.services.manager.vms_off()) out.push_back(to_json(vm));
  }
  return list(std::move(out));
}
ApiAnswer get_reactions(const Call& call) { return list(list_json(call.services.manager.reactions())); }

ApiAnswer get_vm(const Call& call) {
  const Result<VmReport> vm = call.services.manager.vm(call.vm);
  return vm ? ok(to_json(*vm)) : error_answer(vm.error());
}

ApiAnswer get_sample(const Call& call) {
  const Result<VmReport> vm = call.services.manager.vm(call.vm);
  return vm ? ok(sample_json(*vm)) : error_answer(vm.error());
}

void patch_vm(const Call& call, const Reply& reply) {
  const Result<bool> dry_run = flag(call, "dry_run");
  if (!dry_run) return reply(error_answer(dry_run.error()));
  const Result<SettingsChange> change = parse_change(call.request.body);
  if (!change) return reply(error_answer(change.error()));
  call.services.manager.set(
      call.vm, *change, *dry_run, call.request.principal.name,
      [reply](const Result<VmReport>& vm) { reply(vm ? ok(to_json(*vm)) : error_answer(vm.error())); });
}

ApiAnswer post_resize(const Call& call) {
  const Result<bool> dry_run = flag(call, "dry_run");
  if (!dry_run) return error_answer(dry_run.error());
  const Result<Bytes> memory = parse_memory(call.request.body);
  if (!memory) return error_answer(memory.error());
  const Result<VmReport> vm =
      call.services.manager.resize(call.vm, *memory, *dry_run, call.request.principal.name);
  return vm ? ok(to_json(*vm)) : error_answer(vm.error());
}

ApiAnswer get_decisions(const Call& call) {
  const Result<std::uint64_t> limit = number(call, "limit", kDefaultDecisions);
  if (!limit) return error_answer(limit.error());
  if (*limit < 1 || *limit > kMostDecisions) {
    return error_answer(
        wrong("limit", fmt::format("limit={} is outside 1 to {}", *limit, kMostDecisions)).value());
  }
  const auto decisions = call.services.manager.explain(call.vm, static_cast<std::size_t>(*limit));
  return decisions ? list(list_json(*decisions)) : error_answer(decisions.error());
}

ApiAnswer post_pause(const Call& call) {
  call.services.manager.pause(call.request.principal.name);
  return get_host(call);
}

ApiAnswer post_resume(const Call& call) {
  call.services.manager.resume(call.request.principal.name);
  return get_host(call);
}

ApiAnswer get_reservations(const Call& call) { return list(list_json(call.services.manager.starts())); }

ApiAnswer get_reservation(const Call& call) {
  const Result<StartReport> start = call.services.manager.start(call.vm);
  return start ? ok(to_json(*start)) : error_answer(start.error());
}

ApiAnswer post_reservation(const Call& call) {
  Result<StartRequest> request = parse_start(call.request.body);
  if (!request) return error_answer(request.error());
  request->asked_by = call.request.principal.name;
  const Result<StartReport> start = call.services.manager.reserve(*request);
  return start ? ok(to_json(*start)) : error_answer(start.error());
}

ApiAnswer delete_reservation(const Call& call) {
  const Result<StartReport> start = call.services.manager.release(call.vm, call.request.principal.name);
  return start ? ok(to_json(*start)) : error_answer(start.error());
}

constexpr std::array kRoutes = {
    Route{"GET", "/healthz", "", Scope::None, now<get_healthz>},
    Route{"GET", "/readyz", "", Scope::None, now<get_readyz>},
    Route{"GET", "/v1/openapi.json", "", Scope::Read, now<get_openapi>},
    Route{"GET", "/v1/me", "", Scope::Read, now<get_me>},
    Route{"POST", "/v1/login", "", Scope::None, now<post_login>},
    Route{"POST", "/v1/logout", "", Scope::None, now<post_logout>},
    Route{"GET", "/v1/tokens", "", Scope::Own, now<get_tokens>},
    Route{"POST", "/v1/tokens", "", Scope::Own, now<post_token>},
    Route{"DELETE", "/v1/tokens/*", "", Scope::Own, now<delete_token>},
    Route{"GET", "/v1/live", "", Scope::Read, now<get_live>},
    Route{"GET", "/v1/host", "", Scope::Read, now<get_host>},
    Route{"GET", "/v1/vms", "all", Scope::Read, now<get_vms>},
    Route{"GET", "/v1/vms/*", "", Scope::Read, now<get_vm>},
    Route{"PATCH", "/v1/vms/*", "dry_run", Scope::Change, patch_vm},
    Route{"GET", "/v1/vms/*/decisions", "limit", Scope::Read, now<get_decisions>},
    Route{"POST", "/v1/vms/*/resize", "dry_run", Scope::Change, now<post_resize>},
    Route{"GET", "/v1/vms/*/sample", "", Scope::Read, now<get_sample>},
    Route{"GET", "/v1/vms/*/doctor", "", Scope::Read, now<get_vm_doctor>},
    Route{"GET", "/metrics", "", Scope::Read, now<get_metrics>},
    Route{"GET", "/v1/doctor", "", Scope::Read, now<get_doctor>},
    Route{"GET", "/v1/events", "after follow", Scope::Read, now<get_events>},
    Route{"GET", "/v1/history", "vm each since until points", Scope::Read, get_history},
    Route{"GET", "/v1/history/events", "vm since until limit", Scope::Read, get_past_events},
    Route{"GET", "/v1/history/decisions", "vm since until limit", Scope::Read, get_past_decisions},
    Route{"GET", "/v1/history/status", "", Scope::Read, now<get_history_status>},
    Route{"GET", "/v1/reactions", "", Scope::Read, now<get_reactions>},
    Route{"GET", "/v1/reservations", "", Scope::Read, now<get_reservations>},
    Route{"POST", "/v1/reservations", "", Scope::Change, now<post_reservation>},
    Route{"GET", "/v1/reservations/*", "", Scope::Read, now<get_reservation>},
    Route{"DELETE", "/v1/reservations/*", "", Scope::Change, now<delete_reservation>},
    Route{"POST", "/v1/whatif", "", Scope::Read, post_what_if},
    Route{"GET", "/v1/whatif/*", "", Scope::Read, now<get_what_if>},
    Route{"DELETE", "/v1/whatif/*", "", Scope::Read, now<delete_what_if>},
    Route{"POST", "/v1/pause", "", Scope::Change, now<post_pause>},
    Route{"POST", "/v1/resume", "", Scope::Change, now<post_resume>},
};

// Whether `path` matches; `vm` gets the text at the '*'.
bool fits(std::string_view pattern, std::string_view path, std::string& vm) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == path;
  const std::string_view tail = pattern.substr(star + 1);
  if (path.size() <= star + tail.size() || !path.starts_with(pattern.substr(0, star)) ||
      !path.ends_with(tail))
    return false;
  const std::string_view name = path.substr(star, path.size() - star - tail.size());
  if (name.find('/') != std::string_view::npos) return false;
  vm = percent_decoded(name).value_or("");
  return true;
}

// The page needs no permission: it has no data in it.
std::optional<ApiAnswer> page_file(const Services& services, std::string_view path, const Headers& headers) {
  if (services.page) return services.page->find(path, headers);
  if (path != "/") return std::nullopt;
  return text("This aerostatd has no web page: it was built or installed without it. The API is below /v1.\n",
              404);
}

}  // namespace

int status_of(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::Invalid: return 400;
    case Error::Kind::NotFound: return 404;
    case Error::Kind::Denied: return 403;
    case Error::Kind::Unavailable: return 503;
    case Error::Kind::Timeout: return 504;
    case Error::Kind::Refused: return 409;
    case Error::Kind::Internal: return 500;
  }
  return 500;
}

ApiAnswer error_answer(const Error& error) { return error_answer(error, status_of(error.kind)); }

ApiAnswer error_answer(const Error& error, int status) {
  ApiAnswer out;
  out.status = status;
  out.content_type = "application/problem+json";
  out.body = dump(problem_json(error, status)) + "\n";
  return out;
}

bool IgnoreCase::operator()(std::string_view a, std::string_view b) const {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return lower(x) < lower(y); });
}

void answer(const Services& services, const ApiRequest& request, const Reply& reply) {
  const std::string_view target = request.target;
  const std::size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  const std::string_view query = question == std::string_view::npos ? "" : target.substr(question + 1);

  std::string vm, allow;
  const Route* route = nullptr;
  // The same answer, of which only the header is sent.
  const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : request.method;
  for (const Route& candidate : kRoutes) {
    if (!fits(candidate.path, path, vm)) continue;
    if (candidate.method == method) route = &candidate;
    allow += (allow.empty() ? "" : ", ") + std::string(candidate.method);
    if (candidate.method == "GET") allow += ", HEAD";
  }
  if (allow.empty()) {
    if (method == "GET") {
      if (auto file = page_file(services, path, request.headers)) return reply(*std::move(file));
    }
    return reply(error_answer(
        {Error::Kind::NotFound,
         fmt::format("there is nothing at {}; /v1/openapi.json describes the API", printable(path, 80))}));
  }
  if (route == nullptr) {
    ApiAnswer out = error_answer(
        {Error::Kind::Invalid, fmt::format("{} does not work at {}; use {}", printable(request.method, 20),
                                           printable(path, 80), allow)},
        405);
    out.headers["Allow"] = allow;
    return reply(std::move(out));
  }
  if (route->path.find('*') != std::string_view::npos && !is_vm_name(vm)) {
    return reply(
        error_answer({Error::Kind::NotFound, fmt::format("'{}' is not a valid name", printable(vm, 64))}));
  }
  if (const Result<void> allowed = allows(request.principal, route->scope); !allowed) {
    if (request.principal.scope != Scope::None) return reply(error_answer(allowed.error()));
    ApiAnswer out = error_answer(allowed.error(), 401);
    out.headers["WWW-Authenticate"] = "Bearer";
    return reply(std::move(out));
  }
  const Result<Parameters> parameters = parse_parameters(query, route->parameters);
  if (!parameters) return reply(error_answer(parameters.error()));
  route->run({services, vm, *parameters, request}, reply);
}

}  // namespace aerostat
