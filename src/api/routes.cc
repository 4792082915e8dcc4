#include "api/routes.h"

#include <fmt/format.h>

#include <algorithm>
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
  const Principal& principal;
};

struct Route {
  std::string_view method;
  std::string_view path;        // '*' stands for a VM's name
  std::string_view parameters;  // space-separated; others are refused
  Scope scope;
  void (*run)(const Call&, const Reply&);
};

// Most answers are there at once.
template <ApiAnswer (*made)(const Call&)>
void now(const Call& call, const Reply& reply) {
  reply(made(call));
}

ApiAnswer ok(const Json& json) {
  ApiAnswer out;
  out.body = dump(json) + "\n";
  return out;
}

template <typename Records>
Json list_json(const Records& records) {
  Json out = Json::array();
  for (const auto& record : records) out.push_back(to_json(record));
  return out;
}

// `next`: the value of `after` for the next request; null: the list is complete.
ApiAnswer list(Json items, Json next = nullptr) {
  return ok({{"items", std::move(items)}, {"next", std::move(next)}});
}

tl::unexpected<Error> wrong(std::string_view parameter, std::string message) {
  return fail(Error{Error::Kind::Invalid, std::move(message), std::string(parameter)});
}

// Follows the events after a number. Events that a slow reader has not taken yet stay with the Manager, which
// keeps a bounded number of them.
class EventStream final : public BodyStream {
 public:
  EventStream(const Manager& manager, std::uint64_t after) : manager_(manager), after_(after) {}
  std::string next(std::size_t most) override {
    std::string out;
    for (const EventRecord& event : manager_.events(after_)) {
      std::string text = server_sent(event);
      if (!out.empty() && out.size() + text.size() > most) break;
      out += text;
      after_ = event.seq;
    }
    return out;
  }
  std::string_view sign_of_life() const override { return ": ping\n\n"; }

 private:
  const Manager& manager_;
  std::uint64_t after_;
};

Result<std::uint64_t> number(const Call& call, std::string_view name, std::uint64_t otherwise) {
  const auto found = call.parameters.find(name);
  if (found == call.parameters.end()) return otherwise;
  std::uint64_t value = 0;
  const char* const end = found->second.data() + found->second.size();
  const auto [rest, error] = std::from_chars(found->second.data(), end, value);
  if (error == std::errc{} && rest == end) return value;
  return wrong(name,
               fmt::format("{}={} is not a whole number from 0 up", name, printable(found->second, 40)));
}

Result<bool> flag(const Call& call, std::string_view name) {
  const auto found = call.parameters.find(name);
  if (found == call.parameters.end() || found->second == "0") return false;
  if (found->second == "1") return true;
  return wrong(name, fmt::format("{}={} is neither 0 nor 1", name, printable(found->second, 40)));
}

ApiAnswer get_host(const Call& call) { return ok(to_json(call.manager.host())); }
ApiAnswer get_vms(const Call& call) {
  const Result<bool> all = flag(call, "all");
  if (!all) return error_answer(all.error());
  Json out = list_json(call.manager.vms());
  if (*all) {
    for (const VmReport& vm : call.manager.vms_off()) out.push_back(to_json(vm));
  }
  return list(std::move(out));
}
ApiAnswer get_reactions(const Call& call) { return list(list_json(call.manager.reactions())); }

ApiAnswer get_vm(const Call& call) {
  const Result<VmReport> vm = call.manager.vm(call.vm);
  return vm ? ok(to_json(*vm)) : error_answer(vm.error());
}

ApiAnswer get_sample(const Call& call) {
  const Result<VmReport> vm = call.manager.vm(call.vm);
  return vm ? ok(sample_json(*vm)) : error_answer(vm.error());
}

void patch_vm(const Call& call, const Reply& reply) {
  const Result<bool> dry_run = flag(call, "dry_run");
  if (!dry_run) return reply(error_answer(dry_run.error()));
  const Result<SettingsChange> change = parse_change(call.body);
  if (!change) return reply(error_answer(change.error()));
  call.manager.set(call.vm, *change, *dry_run, [reply](const Result<VmReport>& vm) {
    reply(vm ? ok(to_json(*vm)) : error_answer(vm.error()));
  });
}

ApiAnswer post_resize(const Call& call) {
  const Result<bool> dry_run = flag(call, "dry_run");
  if (!dry_run) return error_answer(dry_run.error());
  const Result<Bytes> memory = parse_memory(call.body);
  if (!memory) return error_answer(memory.error());
  const Result<VmReport> vm = call.manager.resize(call.vm, *memory, *dry_run);
  return vm ? ok(to_json(*vm)) : error_answer(vm.error());
}

ApiAnswer get_decisions(const Call& call) {
  const Result<std::uint64_t> limit = number(call, "limit", kDefaultDecisions);
  if (!limit) return error_answer(limit.error());
  if (*limit < 1 || *limit > kMostDecisions) {
    return error_answer(
        wrong("limit", fmt::format("limit={} is outside 1 to {}", *limit, kMostDecisions)).value());
  }
  const auto decisions = call.manager.explain(call.vm, static_cast<std::size_t>(*limit));
  return decisions ? list(list_json(*decisions)) : error_answer(decisions.error());
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
  if (*follow) {
    ApiAnswer out;
    out.content_type = "text/event-stream";
    out.stream = std::make_shared<EventStream>(call.manager, *after);
    return out;
  }
  const std::vector<EventRecord> events = call.manager.events(*after);
  return list(list_json(events), events.empty() ? *after : events.back().seq);
}

ApiAnswer post_pause(const Call& call) {
  call.manager.pause();
  return get_host(call);
}

ApiAnswer post_resume(const Call& call) {
  call.manager.resume();
  return get_host(call);
}

ApiAnswer get_reservations(const Call& call) { return list(list_json(call.manager.starts())); }

ApiAnswer get_reservation(const Call& call) {
  const Result<StartReport> start = call.manager.start(call.vm);
  return start ? ok(to_json(*start)) : error_answer(start.error());
}

ApiAnswer post_reservation(const Call& call) {
  Result<StartRequest> request = parse_start(call.body);
  if (!request) return error_answer(request.error());
  request->asked_by = call.principal.name;
  const Result<StartReport> start = call.manager.reserve(*request);
  return start ? ok(to_json(*start)) : error_answer(start.error());
}

ApiAnswer delete_reservation(const Call& call) {
  const Result<StartReport> start = call.manager.release(call.vm);
  return start ? ok(to_json(*start)) : error_answer(start.error());
}

constexpr std::array kRoutes = {
    Route{"GET", "/v1/host", "", Scope::Read, now<get_host>},
    Route{"GET", "/v1/vms", "all", Scope::Read, now<get_vms>},
    Route{"GET", "/v1/vms/*", "", Scope::Read, now<get_vm>},
    Route{"PATCH", "/v1/vms/*", "dry_run", Scope::Change, patch_vm},
    Route{"GET", "/v1/vms/*/decisions", "limit", Scope::Read, now<get_decisions>},
    Route{"POST", "/v1/vms/*/resize", "dry_run", Scope::Change, now<post_resize>},
    Route{"GET", "/v1/vms/*/sample", "", Scope::Read, now<get_sample>},
    Route{"GET", "/v1/events", "after follow", Scope::Read, now<get_events>},
    Route{"GET", "/v1/reactions", "", Scope::Read, now<get_reactions>},
    Route{"GET", "/v1/reservations", "", Scope::Read, now<get_reservations>},
    Route{"POST", "/v1/reservations", "", Scope::Change, now<post_reservation>},
    Route{"GET", "/v1/reservations/*", "", Scope::Read, now<get_reservation>},
    Route{"DELETE", "/v1/reservations/*", "", Scope::Change, now<delete_reservation>},
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
      return wrong(printable(name, 40),
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
  ApiAnswer out;
  out.status = status_of(error.kind);
  out.body = dump(to_json(error)) + "\n";
  return out;
}

bool IgnoreCase::operator()(std::string_view a, std::string_view b) const {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [&](char x, char y) { return lower(x) < lower(y); });
}

void answer(Manager& manager, const ApiRequest& request, const Reply& reply) {
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
    return reply(
        error_answer({Error::Kind::NotFound,
                      fmt::format("there is nothing at {}; the API is described in docs/guide/api.md",
                                  printable(path, 80))}));
  }
  if (route == nullptr) {
    ApiAnswer out = error_answer(
        {Error::Kind::Invalid, fmt::format("{} does not work at {}; use {}", printable(request.method, 20),
                                           printable(path, 80), allow)});
    out.status = 405;
    out.headers["Allow"] = allow;
    return reply(std::move(out));
  }
  if (route->path.find('*') != std::string_view::npos && !is_vm_name(vm)) {
    return reply(
        error_answer({Error::Kind::NotFound, fmt::format("'{}' is not a valid VM name", printable(vm, 64))}));
  }
  if (const Result<void> allowed = allows(request.principal, route->scope); !allowed)
    return reply(error_answer(allowed.error()));
  const Result<Parameters> parameters = parse_parameters(query, route->parameters);
  if (!parameters) return reply(error_answer(parameters.error()));
  route->run({manager, vm, *parameters, request.body, request.principal}, reply);
}

std::string server_sent(const EventRecord& event) {
  return fmt::format("id: {}\ndata: {}\n\n", event.seq, dump(to_json(event)));
}

}  // namespace aerostat
