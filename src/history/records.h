// Records: events and decisions in the history's file, in the words that people read. For this room's .cc
// files alone; it throws SQLite::Exception.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <vector>

#include "history/reader.h"
#include "model/report.h"

namespace aerostat::history {

class Records {
 public:
  // As many of each are kept, the newest.
  static constexpr std::int64_t kMostEvents = 100'000;
  static constexpr std::int64_t kMostDecisions = 200'000;

  explicit Records(SQLite::Database& database);

  // `run` tells one daemon's records from another's, because each counts from 1.
  void add(std::int64_t run, const EventRecord& event);
  // Replaces the one of the same number.
  void add(std::int64_t run, const DecisionRecord& decision);
  void prune();

  // The newest, oldest first.
  std::vector<PastEvent> events(const PastQuery& query);
  std::vector<PastDecision> decisions(const PastQuery& query);

 private:
  SQLite::Database* database_;
  SQLite::Statement event_, decision_;
};

}  // namespace aerostat::history
