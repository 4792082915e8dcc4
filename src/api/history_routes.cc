#include "api/history_routes.h"

#include <fmt/format.h>

#include <chrono>

#include "api/when.h"
#include "base/text.h"
#include "history/reader.h"

namespace aerostat {

namespace {

constexpr std::uint64_t kUsualPoints = 300, kMostPoints = 2000;
constexpr std::string_view kUsualSince = "1h", kUsualUntil = "0s";

std::string text(const Call& call, std::string_view name) {
  const auto found = call.parameters.find(name);
  return found == call.parameters.end() ? "" : percent_decoded(found->second).value_or("");
}

Result<std::int64_t> when(const Call& call, std::string_view name, std::string_view usual) {
  const std::string given = text(call, name);
  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  Result<std::int64_t> out = parse_when(given.empty() ? usual : given, now);
  if (!out) return fail(std::move(out.error()).in(std::string(name)).about(name));
  return out;
}

Result<HistoryQuery> query_of(const Call& call) {
  HistoryQuery out;
  const std::string vm = text(call, "vm"), each = text(call, "each");
  if (!vm.empty() && !each.empty()) return wrong("each", "vm and each exclude each other; send one");
  if (!vm.empty()) {
    if (!is_vm_name(vm))
      return fail(
          Error{Error::Kind::Invalid, fmt::format("'{}' is not a valid VM name", printable(vm, 64)), "vm"});
    out.of = HistoryQuery::Of::Vm;
    out.what = vm;
  } else if (!each.empty()) {
    out.of = HistoryQuery::Of::Each;
    out.what = each;
  }
  const Result<std::int64_t> since = when(call, "since", kUsualSince);
  if (!since) return fail(since.error());
  const Result<std::int64_t> until = when(call, "until", kUsualUntil);
  if (!until) return fail(until.error());
  if (*since >= *until) {
    return wrong("since",
                 fmt::format("since, {}, is not before until, {}", when_text(*since), when_text(*until)));
  }
  const Result<std::uint64_t> points = number(call, "points", kUsualPoints);
  if (!points) return fail(points.error());
  if (*points < 1 || *points > kMostPoints)
    return wrong("points", fmt::format("points={} is outside 1 to {}", *points, kMostPoints));
  out.since = *since;
  out.until = *until;
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
  if (call.services.history == nullptr) {
    return reply(
        error_answer({Error::Kind::NotFound,
                      "no history is kept; write enabled = true in [history] of aerostat.toml, and restart "
                      "aerostatd"}));
  }
  const Result<HistoryQuery> query = query_of(call);
  if (!query) return reply(error_answer(query.error()));
  call.services.history->ask(*query, [reply](const Result<HistoryTable>& table) {
    reply(table ? ok(to_json(*table)) : error_answer(table.error()));
  });
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
