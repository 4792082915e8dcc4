#include "api/history_routes.h"

#include <fmt/format.h>

#include <chrono>
#include <tuple>
#include <utility>
#include <vector>

#include "api/when.h"
#include "base/text.h"
#include "history/reader.h"

namespace aerostat {

namespace {

constexpr std::uint64_t kUsualPoints = 300, kMostPoints = 2000;
constexpr std::uint64_t kUsualRecords = 100, kMostRecords = 10'000;
constexpr std::string_view kHistorySince = "1h", kHistoryUntil = "0s";

std::string text(const Call& call, std::string_view name) {
  const auto found = call.parameters.find(name);
  return found == call.parameters.end() ? "" : percent_decoded(found->second).value_or("");
}

Result<std::int64_t> when(const Call& call, std::string_view name, std::string_view usual) {
  const std::string given = text(call, name);
  Result<std::int64_t> out = parse_when(given.empty() ? usual : given, wall_seconds());
  if (!out) return fail(std::move(out.error()).in(std::string(name)).about(name));
  return out;
}

Error none_kept() {
  return {Error::Kind::NotFound,
          "no history is kept; write enabled = true in [history] of aerostat.toml, and restart aerostatd"};
}

// [since, until), in seconds.
Result<std::pair<std::int64_t, std::int64_t>> span_of(const Call& call, std::string_view usual_since) {
  const Result<std::int64_t> since = when(call, "since", usual_since);
  if (!since) return fail(since.error());
  const Result<std::int64_t> until = when(call, "until", kHistoryUntil);
  if (!until) return fail(until.error());
  if (*since >= *until) {
    return wrong("since",
                 fmt::format("since, {}, is not before until, {}", when_text(*since), when_text(*until)));
  }
  return std::pair(*since, *until);
}

Result<std::string> vm_of(const Call& call) {
  std::string vm = text(call, "vm");
  if (vm.empty() || is_vm_name(vm)) return vm;
  return fail(
      Error{Error::Kind::Invalid, fmt::format("'{}' is not a valid VM name", printable(vm, 64)), "vm"});
}

Result<PastQuery> past_of(const Call& call) {
  const Result<std::string> vm = vm_of(call);
  if (!vm) return fail(vm.error());
  const auto span = span_of(call, "1970-01-01T00:00:00Z");
  if (!span) return fail(span.error());
  const Result<std::uint64_t> limit = number(call, "limit", kUsualRecords);
  if (!limit) return fail(limit.error());
  if (*limit < 1 || *limit > kMostRecords)
    return wrong("limit", fmt::format("limit={} is outside 1 to {}", *limit, kMostRecords));
  // Up to the end of the second that has begun.
  return PastQuery{*vm, span->first * 1000, (span->second + 1) * 1000, static_cast<std::size_t>(*limit)};
}

std::string time_of(std::int64_t ms) { return format_time(WallTime(std::chrono::milliseconds(ms))); }

// As the lists of this daemon, without a number: an earlier daemon counted from 1 too.
Json to_json(const PastEvent& e) {
  return {{"seq", nullptr}, {"time", time_of(e.at_ms)}, {"code", e.code},
          {"vm", e.vm},     {"text", e.text},           {"by", text_or_null(e.by)}};
}
Json to_json(const PastDecision& d) {
  return {{"seq", nullptr},
          {"time", time_of(d.at_ms)},
          {"vm", d.vm},
          {"rule", d.rule},
          {"from_bytes", d.from.count()},
          {"to_bytes", d.to.count()},
          {"desired_bytes", d.desired.count()},
          {"why", d.why},
          {"assigned_bytes", bytes_or_null(d.assigned)},
          {"demand_bytes", bytes_or_null(d.demand)},
          {"wanted_bytes", bytes_or_null(d.wanted)},
          {"wanted_parts", d.wanted_parts ? parts_json(*d.wanted_parts) : Json(nullptr)},
          {"host_free_bytes", bytes_or_null(d.host_free)},
          {"repeated", d.repeated},
          {"result", d.result}};
}

template <typename Record>
void answer_with(const Reply& reply, const Result<std::vector<Record>>& records) {
  if (!records) return reply(error_answer(records.error()));
  Json items = Json::array();
  for (const Record& record : *records) items.push_back(to_json(record));
  reply(list(std::move(items)));
}

Result<HistoryQuery> query_of(const Call& call) {
  HistoryQuery out;
  const Result<std::string> vm = vm_of(call);
  if (!vm) return fail(vm.error());
  const std::string each = text(call, "each");
  if (!vm->empty() && !each.empty()) return wrong("each", "vm and each exclude each other; send one");
  if (!vm->empty()) out.of = HistoryQuery::Of::Vm;
  if (!each.empty()) out.of = HistoryQuery::Of::Each;
  out.what = vm->empty() ? each : *vm;
  const auto span = span_of(call, kHistorySince);
  if (!span) return fail(span.error());
  const Result<std::uint64_t> points = number(call, "points", kUsualPoints);
  if (!points) return fail(points.error());
  if (*points < 1 || *points > kMostPoints)
    return wrong("points", fmt::format("points={} is outside 1 to {}", *points, kMostPoints));
  std::tie(out.since, out.until) = *span;
  out.points = static_cast<std::size_t>(*points);
  return out;
}

Json to_json(const HistoryTable& table) {
  Json rows = Json::array();
  for (const HistoryTable::Row& row : table.rows) {
    Json cells = Json::array();
    cells.push_back(row.time);
    for (const std::optional<double>& value : row.values) {
      const auto whole = value ? static_cast<std::int64_t>(*value) : 0;
      if (!value)
        cells.push_back(nullptr);
      else if (static_cast<double>(whole) == *value)
        cells.push_back(whole);
      else
        cells.push_back(*value);
    }
    rows.push_back(std::move(cells));
  }
  return {{"of", table.of},       {"since", when_text(table.since)}, {"until", when_text(table.until)},
          {"step_s", table.step}, {"columns", table.columns},        {"rows", std::move(rows)}};
}

}  // namespace

void get_history(const Call& call, const Reply& reply) {
  if (call.services.history == nullptr) return reply(error_answer(none_kept()));
  const Result<HistoryQuery> query = query_of(call);
  if (!query) return reply(error_answer(query.error()));
  call.services.history->ask(*query, [reply](const Result<HistoryTable>& table) {
    reply(table ? ok(to_json(*table)) : error_answer(table.error()));
  });
}

void get_past_events(const Call& call, const Reply& reply) {
  if (call.services.history == nullptr) return reply(error_answer(none_kept()));
  const Result<PastQuery> query = past_of(call);
  if (!query) return reply(error_answer(query.error()));
  call.services.history->events(*query, [reply](const auto& events) { answer_with(reply, events); });
}

void get_past_decisions(const Call& call, const Reply& reply) {
  if (call.services.history == nullptr) return reply(error_answer(none_kept()));
  const Result<PastQuery> query = past_of(call);
  if (!query) return reply(error_answer(query.error()));
  if (query->vm.empty())
    return reply(error_answer(wrong("vm", "vm is missing; send the VM's name, as in ?vm=web").value()));
  call.services.history->decisions(*query, [reply](const auto& decisions) { answer_with(reply, decisions); });
}

ApiAnswer get_history_status(const Call& call) {
  if (call.services.history == nullptr) return ok({{"history", "off"}, {"note", ""}});
  const HistoryState state = call.services.history->state();
  return ok({{"history", std::string(history_word(state.kind))},
             {"note", state.note},
             {"path", state.path},
             {"used_bytes", state.used.count()},
             {"limit_bytes", state.limit.count()},
             {"oldest", state.oldest ? Json(when_text(*state.oldest)) : Json(nullptr)}});
}

}  // namespace aerostat
