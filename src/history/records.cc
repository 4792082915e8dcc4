#include "history/records.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

namespace aerostat::history {

namespace {

constexpr std::size_t kMostText = 2000;
constexpr std::int64_t kMostOfPart = std::int64_t{1} << 50;

std::int64_t milliseconds(WallTime at) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

void bind(SQLite::Statement& into, int place, const std::optional<Bytes>& size) {
  if (size)
    into.bind(place, static_cast<std::int64_t>(size->count()));
  else
    into.bind(place);
}

std::optional<Bytes> size_at(SQLite::Statement& row, int place) {
  if (row.isColumnNull(place)) return std::nullopt;
  return Bytes::of(row.getColumn(place).getInt64());
}

// {"demand":629145600,"headroom":83886080}: without parts that are nothing.
std::string text_of(const Parts& parts) {
  nlohmann::json out = nlohmann::json::object();
  each_part(parts, [&](std::string_view name, Bytes amount) { out[std::string(name)] = amount.count(); });
  return out.dump();
}

// The file may be anybody's: what is no part is left out.
Parts parts_of(const std::string& text) {
  Parts out;
  const nlohmann::json all = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  for (std::size_t i = 0; i < kParts; ++i) {
    const Part part = static_cast<Part>(i);
    const auto found = all.find(part_name(part));
    if (found == all.end() || !found->is_number_integer()) continue;
    out.add(part, Bytes::of(std::clamp(found->get<std::int64_t>(), -kMostOfPart, kMostOfPart)));
  }
  return out;
}

void bind(SQLite::Statement& into, const PastQuery& query) {
  into.bind(1, query.vm);
  into.bind(2, query.since_ms);
  into.bind(3, query.until_ms);
  into.bind(4, static_cast<std::int64_t>(query.most));
}

}  // namespace

Records::Records(SQLite::Database& database)
    : database_(&database),
      event_(database,
             "INSERT INTO events(at_ms, run, seq, code, vm, text, asked_by) VALUES(?, ?, ?, ?, ?, ?, ?)"),
      decision_(
          database,
          "INSERT INTO decisions(run, seq, at_ms, vm, rule, from_bytes, to_bytes, desired_bytes, why, "
          "assigned_bytes, demand_bytes, wanted_bytes, host_free_bytes, repeated, result, wanted_parts) "
          "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(run, seq) DO UPDATE SET "
          "vm = excluded.vm, assigned_bytes = excluded.assigned_bytes, demand_bytes = excluded.demand_bytes, "
          "wanted_bytes = excluded.wanted_bytes, host_free_bytes = excluded.host_free_bytes, "
          "why = excluded.why, repeated = excluded.repeated, result = excluded.result, "
          "wanted_parts = excluded.wanted_parts") {}

void Records::add(std::int64_t run, const EventRecord& event) {
  event_.reset();
  event_.bind(1, milliseconds(event.at));
  event_.bind(2, run);
  event_.bind(3, static_cast<std::int64_t>(event.seq));
  event_.bind(4, std::string(event_code(event.code)));
  event_.bind(5, event.vm);
  event_.bind(6, event_text(event).substr(0, kMostText));
  event_.bind(7, event.by.substr(0, kMostText));
  event_.exec();
  event_.reset();
}

void Records::add(std::int64_t run, const DecisionRecord& d) {
  decision_.reset();
  decision_.bind(1, run);
  decision_.bind(2, static_cast<std::int64_t>(d.seq));
  decision_.bind(3, milliseconds(d.at));
  decision_.bind(4, d.vm);
  decision_.bind(5, std::string(rule_name(d.decision.rule())));
  decision_.bind(6, static_cast<std::int64_t>(d.decision.from().count()));
  decision_.bind(7, static_cast<std::int64_t>(d.decision.to().count()));
  decision_.bind(8, static_cast<std::int64_t>(d.decision.desired().count()));
  decision_.bind(9, reason(d.decision).substr(0, kMostText));
  bind(decision_, 10, d.assigned);
  bind(decision_, 11, d.demand);
  bind(decision_, 12, d.wanted);
  bind(decision_, 13, d.host_free);
  decision_.bind(14, static_cast<std::int64_t>(d.repeated));
  decision_.bind(15, d.result.substr(0, kMostText));
  if (d.wanted)
    decision_.bind(16, text_of(d.decision.ruling.wish.numbers.wanted));
  else
    decision_.bind(16);
  decision_.exec();
  decision_.reset();
}

void Records::prune() {
  database_->exec(
      fmt::format("DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - {}", kMostEvents));
  database_->exec(
      fmt::format("DELETE FROM decisions WHERE id <= (SELECT max(id) FROM decisions) - {}", kMostDecisions));
}

std::vector<PastEvent> Records::events(const PastQuery& query) {
  const char* const of = query.vm.empty() ? "?1 = ''" : "vm = ?1";
  SQLite::Statement rows(
      *database_, fmt::format("SELECT at_ms, code, vm, text, asked_by FROM events WHERE {} AND at_ms >= ?2 "
                              "AND at_ms < ?3 ORDER BY at_ms DESC, id DESC LIMIT ?4",
                              of));
  bind(rows, query);
  std::vector<PastEvent> out;
  while (rows.executeStep()) {
    out.push_back({rows.getColumn(0).getInt64(), rows.getColumn(1).getString(), rows.getColumn(2).getString(),
                   rows.getColumn(3).getString(), rows.getColumn(4).getString()});
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::vector<PastDecision> Records::decisions(const PastQuery& query) {
  SQLite::Statement rows(*database_,
                         "SELECT at_ms, vm, rule, from_bytes, to_bytes, desired_bytes, why, assigned_bytes, "
                         "demand_bytes, wanted_bytes, host_free_bytes, repeated, result, wanted_parts FROM "
                         "decisions WHERE vm = ?1 "
                         "AND at_ms >= ?2 AND at_ms < ?3 ORDER BY at_ms DESC, id DESC LIMIT ?4");
  bind(rows, query);
  std::vector<PastDecision> out;
  while (rows.executeStep()) {
    PastDecision& d = out.emplace_back();
    d.at_ms = rows.getColumn(0).getInt64();
    d.vm = rows.getColumn(1).getString();
    d.rule = rows.getColumn(2).getString();
    d.from = Bytes::of(rows.getColumn(3).getInt64());
    d.to = Bytes::of(rows.getColumn(4).getInt64());
    d.desired = Bytes::of(rows.getColumn(5).getInt64());
    d.why = rows.getColumn(6).getString();
    d.assigned = size_at(rows, 7);
    d.demand = size_at(rows, 8);
    d.wanted = size_at(rows, 9);
    d.host_free = size_at(rows, 10);
    d.repeated = static_cast<std::uint64_t>(rows.getColumn(11).getInt64());
    d.result = rows.getColumn(12).getString();
    if (!rows.isColumnNull(13)) d.wanted_parts = parts_of(rows.getColumn(13).getString());
  }
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace aerostat::history
