#include "api/routes.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "api/json.h"
#include "api/sample_json.h"
#include "base/text.h"

namespace aerostat {

namespace {

constexpr std::uint64_t kDefaultDecisions = 20;
constexpr std::uint64_t kMostDecisions = 1000;

using Parameters = std::map<std::string, std::string, std::less<>>;

struct Call {
  Manager& manager;
  const std::string& vm;
  const Parameters& parameters;
  const std::string& body;
};

struct Route {
  std::string_view method;
  std::string_view path;        // '*' stands for a VM's name
  std::string_view parameters;  // space-separated; others are refused
  bool changes;
  ApiAnswer (*run)(const Call&);
};

ApiAnswer ok(const Json& json) { return {200, dump(json) + "\n", {}, {}}; }

template <typename Records>
Json list_json(const Records& records) {
  Json out = Json::array();
  for (const auto& record : records) out.push_back(to_json(record));
  return out;
}

Result<std::uint64_t> number(const Call& call, std::string_view name, std::uint64_t otherwise) {
  const auto found = call.parameters.find(name);
  if (found == call.parameters.end()) return otherwise;
  std::uint64_t value = 0;
  const char* const end = found->second.data() + found->second.size();
  const auto [rest, error] = std::from_chars(found->second.data(), end, value);
  if (error == std::errc{} && rest == end) return value;
  return fail(Error::Kind::Invalid,
              fmt::format("{}={} is not a whole number from 0 up", name, printable(found->second, 40)));
}

Result<bool> flag(const Call& call, std::string_view name) {
  const auto found = call.parameters.find(name);
  if (found == call.parameters.end() || found->second == "0") return false;
  if (found->second == "1") return true;
  return fail(Error::Kind::Invalid,
              fmt::format("{}={} is neither 0 nor 1", name, printable(found->second, 40)));
}

ApiAnswer get_host(const Call& call) { return ok(to_json(call.manager.host())); }
ApiAnswer get_vms(const Call& call) {
  const Result<bool> all = flag(call, "all");
  if (!all) return error_answer(all.error());
  Json out = list_json(call.manager.vms());
  if (*all) {
    for (const VmReport& vm : call.manager.vms_off()) out.push_back(to_json(vm));
  }
  return ok(out);
}
ApiAnswer get_reactions(const Call& call) { return ok(list_json(call.manager.reactions())); }

ApiAnswer get_vm(const Call& call) {
  const Result<VmReport> vm = call.manager.vm(call.vm);
  return vm ? ok(to_json(*vm)) : error_answer(vm.error());
}

ApiAnswer get_sample(const Call& call) {
  const Result<VmReport> vm = call.manager.vm(call.vm);
  return vm ? ok(sample_json(*vm)) : error_answer(vm.error());
}

ApiAnswer patch_vm(const Call& call) {
  const Result<bool> dry_run = flag(call, "dry_run");
  if (!dry_run) return error_answer(dry_run.error());
  const Result<SettingsChange> change = parse_change(call.body);
  if (!change) return error_answer(change.error());
  const Result<VmReport> vm = call.manager.set(call.vm, *change, *dry_run);
  return vm ? ok(to_json(*vm)) : error_answer(vm.error());
}

ApiAnswer get_decisions(const Call& call) {
  const Result<std::uint64_t> limit = number(call, "limit", kDefaultDecisions);
  if (!limit) return error_answer(limit.error());
  if (*limit < 1 || *limit > kMostDecisions) {
    return error_answer(
        {Error::Kind::Invalid, fmt::format("limit={} is outside 1 to {}", *limit, kMostDecisions)});
  }
  const auto decisions = call.manager.explain(call.vm, static_cast<std::size_t>(*limit));
  return decisions ? ok(list_json(*decisions)) : error_answer(decisions.error());
}

// A number that no event has reached yet is from before a restart of the daemon: all events since are new.
std::uint64_t since_restart(const Manager& manager, std::uint64_t after) {
  if (after == 0 || !manager.events(after).empty()) return after;
  const std::vector<EventRecord> all = manager.events(0);
  return all.empty() || all.back().seq < after ? 0 : after;
}

ApiAnswer get_events(const Call& call) {
  Result<std::uint64_t> after = number(call, "after", 0);
  if (!after) return error_answer(after.error());
  after = since_restart(call.manager, *after);
  const Result<bool> follow = flag(call, "follow");
  if (!follow) return error_answer(follow.error());
  if (*follow) return {200, {}, {}, *after};
  return ok(list_json(call.manager.events(*after)));
}

ApiAnswer post_pause(const Call& call) {
  call.manager.pause();
  return get_host(call);
}

ApiAnswer post_resume(const Call& call) {
  call.manager.resume();
  return get_host(call);
}

constexpr std::array kRoutes = {
    Route{"GET", "/v1/host", "", false, get_host},
    Route{"GET", "/v1/vms", "all", false, get_vms},
    Route{"GET", "/v1/vms/*", "", false, get_vm},
    Route{"PATCH", "/v1/vms/*", "dry_run", true, patch_vm},
    Route{"GET", "/v1/vms/*/decisions", "limit", false, get_decisions},
    Route{"GET", "/v1/vms/*/sample", "", false, get_sample},
    Route{"GET", "/v1/events", "after follow", false, get_events},
    Route{"GET", "/v1/reactions", "", false, get_reactions},
    Route{"POST", "/v1/pause", "", true, post_pause},
    Route{"POST", "/v1/resume", "", true, post_resume},
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

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t space = words.find(' ');
    if (words.substr(0, space) == word) return true;
    words = space == std::string_view::npos ? "" : words.substr(space + 1);
  }
  return false;
}

Result<Parameters> parse_parameters(std::string_view query, std::string_view known) {
  Parameters out;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view part = query.substr(0, end);
    query = end == std::string_view::npos ? "" : query.substr(end + 1);
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    if (!has_word(known, name)) {
      return fail(Error::Kind::Invalid,
                  fmt::format("there is no parameter '{}' here{}{}", printable(name, 40),
                              known.empty() ? "" : "; there is: ", known));
    }
    out[std::string(name)] = equals == std::string_view::npos ? "1" : std::string(part.substr(equals + 1));
  }
  return out;
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

ApiAnswer error_answer(const Error& error) {
  return {status_of(error.kind), dump(to_json(error)) + "\n", {}, {}};
}

ApiAnswer answer(Manager& manager, const ApiRequest& request,
                 const std::function<Result<void>()>& may_change) {
  const std::string_view target = request.target;
  const std::size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  const std::string_view query = question == std::string_view::npos ? "" : target.substr(question + 1);

  std::string vm, allow;
  const Route* route = nullptr;
  for (const Route& candidate : kRoutes) {
    if (!fits(candidate.path, path, vm)) continue;
    if (candidate.method == request.method) route = &candidate;
    allow += (allow.empty() ? "" : ", ") + std::string(candidate.method);
  }
  if (allow.empty()) {
    return error_answer({Error::Kind::NotFound,
                         fmt::format("there is nothing at {}; the API is described in docs/guide/api.md",
                                     printable(path, 80))});
  }
  if (route == nullptr) {
    ApiAnswer out = error_answer(
        {Error::Kind::Invalid, fmt::format("{} does not work at {}; use {}", printable(request.method, 20),
                                           printable(path, 80), allow)});
    out.status = 405;
    out.allow = allow;
    return out;
  }
  if (route->path.find('*') != std::string_view::npos && !is_vm_name(vm)) {
    return error_answer(
        {Error::Kind::NotFound, fmt::format("'{}' is not a valid VM name", printable(vm, 64))});
  }
  if (route->changes) {
    if (const Result<void> allowed = may_change(); !allowed) return error_answer(allowed.error());
  }
  const Result<Parameters> parameters = parse_parameters(query, route->parameters);
  if (!parameters) return error_answer(parameters.error());
  return route->run({manager, vm, *parameters, request.body});
}

std::string event_text(const EventRecord& event) {
  return fmt::format("id: {}\ndata: {}\n\n", event.seq, dump(to_json(event)));
}

}  // namespace aerostat
