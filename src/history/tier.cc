#include "history/tier.h"

#include <fmt/format.h>

#include <algorithm>

namespace aerostat::history {

namespace {

std::optional<std::int64_t> number(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return column.getInt64();
}

}  // namespace

Tier::Tier(SQLite::Database& database, const std::string& table, std::int64_t step, std::int64_t kept,
           bool peaks)
    : database_(&database),
      table_(table),
      step_(step),
      kept_(kept),
      peaks_(peaks),
      coder_(peaks),
      rollup_(step),
      insert_(database, fmt::format("INSERT OR REPLACE INTO {}(time, whole, data) VALUES(?, ?, ?)", table)) {
  measure();
}

void Tier::measure() {
  SQLite::Statement all(*database_, fmt::format("SELECT count(*), total(length(data)), min(time), max(time) "
                                                "FROM {}",
                                                table_));
  all.executeStep();
  count_ = all.getColumn(0).getInt64();
  bytes_ = static_cast<std::int64_t>(all.getColumn(1).getDouble());
  first_ = number(all.getColumn(2));
  last_ = number(all.getColumn(3));
}

void Tier::recover() {
  coder_.restart();
  rollup_ = Rollup(step_);
  insert_.tryReset();
  measure();
}

void Tier::write(const Frame& frame) {
  const auto [bytes, whole] = coder_.write(frame);
  insert_.reset();
  insert_.bind(1, frame.time);
  insert_.bind(2, whole ? 1 : 0);
  insert_.bindNoCopy(3, bytes.data(), static_cast<int>(bytes.size()));
  insert_.exec();
  insert_.reset();
  insert_.clearBindings();
  ++count_;
  bytes_ += static_cast<std::int64_t>(bytes.size());
  first_ = std::min(first_.value_or(frame.time), frame.time);
  last_ = std::max(last_.value_or(frame.time), frame.time);
}

void Tier::visit(std::int64_t from, std::int64_t to, const std::function<void(const Frame&)>& take) {
  if (from >= to) return;
  SQLite::Statement begin(*database_, fmt::format("SELECT time FROM {} WHERE time <= ? AND whole = 1 "
                                                  "ORDER BY time DESC LIMIT 1",
                                                  table_));
  begin.bind(1, from);
  const std::int64_t start = begin.executeStep() ? begin.getColumn(0).getInt64() : from;
  SQLite::Statement rows(*database_, fmt::format("SELECT time, data FROM {} WHERE time >= ? AND time < ? "
                                                 "ORDER BY time",
                                                 table_));
  rows.bind(1, start);
  rows.bind(2, to);
  FrameCoder coder(peaks_);
  while (rows.executeStep()) {
    const SQLite::Column data = rows.getColumn(1);
    const Frame* const frame =
        coder.read(rows.getColumn(0).getInt64(),
                   {static_cast<const char*>(data.getBlob()), static_cast<std::size_t>(data.getBytes())});
    if (frame != nullptr && frame->time + step_ > from) take(*frame);
  }
}

void Tier::prune() {
  // Whole runs only: what follows a deleted frame could not be read.
  if (count_ > kept_ + FrameCoder::kWholeEvery) leave(kept_);
}

void Tier::leave(std::int64_t frames) {
  SQLite::Statement find(*database_, fmt::format("SELECT max(time) FROM {0} WHERE whole = 1 AND time <= "
                                                 "(SELECT time FROM {0} ORDER BY time DESC LIMIT 1 OFFSET ?)",
                                                 table_));
  find.bind(1, std::max<std::int64_t>(frames - 1, 0));
  find.executeStep();
  const auto from = number(find.getColumn(0));
  if (!from) return;
  SQLite::Statement remove(*database_, fmt::format("DELETE FROM {} WHERE time < ?", table_));
  remove.bind(1, *from);
  remove.exec();
  measure();
}

}  // namespace aerostat::history
