// Tier: the frames of one step in the history's file, a table of their own. For this room's .cc files alone;
// it throws SQLite::Exception.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "history/frame.h"
#include "history/rollup.h"

namespace aerostat::history {

class Tier {
 public:
  // Keeps about `kept` frames.
  Tier(SQLite::Database& database, const std::string& table, std::int64_t step, std::int64_t kept,
       bool peaks);

  // Replaces a frame of the same time.
  void write(const Frame& frame);
  // The frames of [from, to), in order, with the one that `from` lies in.
  void visit(std::int64_t from, std::int64_t to, const std::function<void(const Frame&)>& take);
  // After a rollback: looks what is there.
  void recover();
  // Deletes what is too much.
  void prune();
  // Deletes its oldest sixteenth.
  void shorten() { leave(count_ - count_ / 16); }

  std::int64_t step() const { return step_; }
  std::int64_t bytes() const { return bytes_; }
  std::optional<std::int64_t> first() const { return first_; }
  std::optional<std::int64_t> last() const { return last_; }
  // Sums up the frames of the tier below.
  Rollup& rollup() { return rollup_; }

 private:
  void leave(std::int64_t frames);
  void measure();

  SQLite::Database* database_;
  std::string table_;
  std::int64_t step_;
  std::int64_t kept_;
  bool peaks_;
  FrameCoder coder_;
  Rollup rollup_;
  SQLite::Statement insert_;
  std::int64_t count_ = 0, bytes_ = 0;
  std::optional<std::int64_t> first_, last_;
};

}  // namespace aerostat::history
