// Store: the history's file, an SQLite database. Synchronous, for one thread. Samples are kept in four tiers,
// from seconds to hours; each has a bounded number of frames, and all together a bounded size: the oldest of
// the largest tier go first. What was added is on its way to the disk after commit(), whatever becomes of the
// process.
//
// Kinds of errors: Invalid, the file is damaged. Unavailable, it cannot be read or written now. Refused, it
// is not ours, or of a newer version: leave it alone. After an error of add() or commit() call recover().
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "history/columns.h"
#include "history/reader.h"
#include "model/report.h"

namespace aerostat::history {

// Steps of the tiers in seconds, and how many frames each keeps: an hour, a day, 30 days, two years.
inline constexpr std::size_t kTiers = 4;
inline constexpr std::array<std::int64_t, kTiers> kSteps = {1, 10, 60, 3600};
inline constexpr std::array<std::int64_t, kTiers> kKept = {3600, 8640, 43200, 17520};

struct StoreOptions {
  std::string path;
  Bytes limit = Bytes::mib(256);
  bool check = false;  // the whole file, before it is used
  std::array<std::int64_t, kTiers> kept = kKept;
};

// All numbers of one second.
struct Moment {
  std::int64_t time = 0;  // since 1970
  Values host{};
  std::vector<std::pair<std::string, Values>> vms;  // by name
};

class Store {
 public:
  static Result<std::unique_ptr<Store>> open(const StoreOptions& options);
  ~Store();

  // A second moment of the same second is left out.
  Result<void> add(const Moment& moment);
  Result<void> commit();
  // After an error: what was not committed is left out. Reading goes on.
  Result<void> recover();
  Result<HistoryTable> table(const HistoryQuery& query);

  // `run` tells the records of one daemon from those of another.
  Result<void> add(std::int64_t run, const EventRecord& event);
  // Replaces the decision of the same number.
  Result<void> add(std::int64_t run, const DecisionRecord& decision);
  Result<std::vector<PastEvent>> events(const PastQuery& query);
  Result<std::vector<PastDecision>> decisions(const PastQuery& query);

  Bytes used() const;
  std::optional<std::int64_t> oldest() const;

 private:
  class Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace aerostat::history
