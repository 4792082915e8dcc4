#include "history/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "base/text.h"
#include "history/database.h"
#include "history/frame.h"
#include "history/names.h"
#include "history/records.h"
#include "history/rollup.h"
#include "history/tier.h"

namespace aerostat::history {

namespace {

// A step of rows that people read easily: a multiple of each tier's step that is not longer.
constexpr std::array<std::int64_t, 19> kNice = {1,   2,    5,    10,   20,    30,    60,    120,   300,   600,
                                                900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 604800};
constexpr std::size_t kMostPoints = 2000;
// Cells of an answer with a column for each VM.
constexpr std::size_t kMostCells = 200'000;
// Pruning and measuring is done once in so many moments.
constexpr int kTidyEvery = 60;

std::int64_t step_for(std::int64_t span, std::size_t points) {
  const std::int64_t least =
      (span + static_cast<std::int64_t>(points) - 1) / static_cast<std::int64_t>(points);
  const auto* const nice = std::lower_bound(kNice.begin(), kNice.end(), least);
  return nice == kNice.end() ? (least + 86399) / 86400 * 86400 : *nice;
}

}  // namespace

class Store::Impl {
 public:
  Impl(const std::string& path, const StoreOptions& options)
      : options_(options),
        path_(path),
        database_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOFOLLOW, kBusyMs) {}

  Result<void> prepare() {
    if (Result<void> ok = history::prepare(database_, options_.path, options_.limit, options_.check); !ok)
      return ok;
    names_.emplace(database_);
    records_.emplace(database_);
    constexpr std::array kTables = {"seconds", "tens", "minutes", "hours"};
    tiers_.reserve(kTiers);
    for (std::size_t t = 0; t < kTiers; ++t)
      tiers_.emplace_back(database_, kTables[t], kSteps[t], options_.kept[t], t > 0);
    measure();
    return {};
  }

  void add(const Moment& moment) {
    begin();
    if (!caught_up_) catch_up();
    if (tiers_[0].last() == moment.time) return;
    Frame frame;
    frame.time = moment.time;
    frame.points.reserve(moment.vms.size() + 1);
    frame.points.push_back({kHost, moment.host});
    for (const auto& [name, values] : moment.vms) {
      if (const auto number = names_->number(name, moment.time)) frame.points.push_back({*number, values});
    }
    std::sort(frame.points.begin(), frame.points.end(),
              [](const Point& a, const Point& b) { return a.vm < b.vm; });
    write(0, frame);
    if (++since_tidy_ >= kTidyEvery) tidy();
  }

  template <typename Record>
  void add(std::int64_t run, const Record& record) {
    begin();
    records_->add(run, record);
  }
  Records& records() { return *records_; }

  // What was not committed is gone, and what is summed up begins anew from what is there.
  void recover() {
    transaction_.reset();
    names_.emplace(database_);
    for (Tier& tier : tiers_) tier.recover();
    caught_up_ = false;
  }

  void commit() {
    if (transaction_) transaction_->commit();
    transaction_.reset();
  }

  Result<HistoryTable> table(const HistoryQuery& query) {
    HistoryTable out;
    out.since = query.since;
    out.until = query.until;
    std::size_t points = std::clamp<std::size_t>(query.points, 1, kMostPoints);
    std::optional<VmNumber> only = kHost;
    std::size_t column = 0;
    switch (query.of) {
      case HistoryQuery::Of::Host: out.of = "host"; break;
      case HistoryQuery::Of::Vm:
        out.of = query.what;
        only = names_->known(query.what);
        if (!only)
          return fail(Error::Kind::NotFound,
                      fmt::format("there is no history of a VM '{}'", printable(query.what, 64)));
        break;
      case HistoryQuery::Of::Each: {
        out.of = query.what;
        const auto* const found = std::find_if(kVmColumns.begin(), kVmColumns.end(),
                                               [&](const Column& c) { return c.id == query.what; });
        if (found == kVmColumns.end()) {
          return fail(Error{Error::Kind::Invalid,
                            fmt::format("there is no history of '{}' of each VM; there is assigned_bytes",
                                        printable(query.what, 40)),
                            "each"});
        }
        column = static_cast<std::size_t>(found - kVmColumns.begin());
        only.reset();
        points = std::clamp<std::size_t>(kMostCells / std::max<std::size_t>(names_->lately(), 1), 10, points);
        break;
      }
    }
    out.step = step_for(std::max<std::int64_t>(query.until - query.since, 1), points);
    const std::vector<Frame> frames = frames_of(query.since, query.until, out.step, only);
    only ? fill(out, frames, *only == kHost ? kHostColumns : kVmColumns) : fill_each(out, frames, column);
    return out;
  }

  Bytes used() const { return used_; }
  std::optional<std::int64_t> oldest() const {
    std::optional<std::int64_t> out;
    for (const Tier& tier : tiers_) {
      if (tier.first() && (!out || *tier.first() < *out)) out = tier.first();
    }
    return out;
  }
  const std::string& path() const { return options_.path; }

 private:
  static constexpr int kBusyMs = 2000;

  void begin() {
    if (!transaction_) transaction_ = std::make_unique<SQLite::Transaction>(database_);
  }

  // Writes a frame, and what is complete by it in the tiers above.
  void write(std::size_t tier, const Frame& frame) {
    tiers_[tier].write(frame);
    if (tier + 1 == kTiers) {
      for (const Point& point : frame.points) names_->seen(point.vm, frame.time);
      return;
    }
    if (const auto whole = tiers_[tier + 1].rollup().add(frame, kSteps[tier])) write(tier + 1, *whole);
  }

  // What a daemon before had begun to sum up.
  void catch_up() {
    caught_up_ = true;
    for (std::size_t t = 1; t < kTiers; ++t) {
      Tier& tier = tiers_[t];
      const std::int64_t from = tier.last() ? *tier.last() + tier.step() : 0;
      tiers_[t - 1].visit(from, std::numeric_limits<std::int64_t>::max(), [&](const Frame& frame) {
        if (const auto whole = tier.rollup().add(frame, kSteps[t - 1])) tier.write(*whole);
      });
    }
  }

  void measure() {
    const std::int64_t page = database_.execAndGet("PRAGMA page_size").getInt64();
    const std::int64_t pages = database_.execAndGet("PRAGMA page_count").getInt64();
    const std::int64_t unused = database_.execAndGet("PRAGMA freelist_count").getInt64();
    used_ = Bytes::of((pages - unused) * page);
  }

  void tidy() {
    since_tidy_ = 0;
    for (Tier& tier : tiers_) tier.prune();
    records_->prune();
    measure();
    const Bytes most = Bytes::of(options_.limit.count() / 10 * 9);
    if (used_ > most) {
      std::max_element(tiers_.begin(), tiers_.end(), [](const Tier& a, const Tier& b) {
        return a.bytes() < b.bytes();
      })->shorten();
      measure();
    }
    if (const auto old = oldest()) names_->forget_before(*old);
  }

  // Of [since, until), each once: as fine as `step` asks for, finer where that is not complete yet, coarser
  // where it is gone already.
  template <typename Take>
  void visit(std::size_t t, std::int64_t from, std::int64_t to, bool coarser, bool finer, const Take& take) {
    if (from >= to) return;
    Tier& tier = tiers_[t];
    if (!tier.first()) {
      if (finer && t > 0) visit(t - 1, from, to, false, true, take);
      return;
    }
    const std::int64_t end = *tier.last() + tier.step();
    std::int64_t join = *tier.first();
    if (coarser && t + 1 < kTiers) {
      join = joins(tiers_[t + 1], join);
      visit(t + 1, from, std::min(to, join - join % kSteps[t + 1]), true, false, take);
    }
    tier.visit(std::max(from, join), std::min(to, end),
               [&](const Frame& frame) { take(frame, tier.step()); });
    if (finer && t > 0) visit(t - 1, std::max({from, end, join}), to, false, true, take);
  }

  // Where a coarser tier ends and a finer one goes on. The step in which the finer one begins is taken from
  // the coarser one if that knows more of it: something came before.
  static std::int64_t joins(const Tier& coarser, std::int64_t first) {
    const std::int64_t floor = first - first % coarser.step();
    const bool began_before = coarser.first() && *coarser.first() < floor;
    return began_before && first > floor ? floor + coarser.step() : first;
  }

  std::vector<Frame> frames_of(std::int64_t since, std::int64_t until, std::int64_t step,
                               std::optional<VmNumber> only) {
    std::size_t tier = kTiers - 1;
    while (tier > 0 && kSteps[tier] > step) --tier;
    std::vector<Frame> out;
    Rollup rollup(step);
    std::int64_t stands_for = step;
    const auto keep = [&](std::optional<Frame> frame) {
      if (!frame) return;
      // A time without numbers is a hole, and no straight line.
      if (!out.empty() && frame->time - out.back().time > 2 * std::max(step, stands_for))
        out.push_back({out.back().time + std::max(step, stands_for), {}});
      out.push_back(*std::move(frame));
    };
    visit(tier, since, until, true, true, [&](const Frame& frame, std::int64_t seconds) {
      keep(rollup.add(frame, seconds, only));
      stands_for = seconds;
    });
    keep(rollup.finish());
    return out;
  }

  static void fill(HistoryTable& out, const std::vector<Frame>& frames,
                   const std::array<Column, kValues>& columns) {
    out.columns.emplace_back("time");
    for (const Column& column : columns) out.columns.emplace_back(column.id);
    for (const Frame& frame : frames) {
      HistoryTable::Row& row = out.rows.emplace_back();
      row.time = frame.time;
      row.values.resize(kValues);
      if (frame.points.empty()) continue;
      for (std::size_t i = 0; i < kValues; ++i)
        row.values[i] = shown(frame.points.front().values[i], columns[i].unit);
    }
  }

  void fill_each(HistoryTable& out, const std::vector<Frame>& frames, std::size_t column) {
    std::map<VmNumber, std::size_t> place;
    for (const Frame& frame : frames) {
      for (const Point& point : frame.points) {
        if (point.vm != kHost) place.emplace(point.vm, 0);
      }
    }
    out.columns.emplace_back("time");
    for (auto& [vm, at] : place) {
      at = out.columns.size() - 1;
      out.columns.push_back(names_->name(vm));
    }
    for (const Frame& frame : frames) {
      HistoryTable::Row& row = out.rows.emplace_back();
      row.time = frame.time;
      row.values.resize(place.size());
      for (const Point& point : frame.points) {
        if (point.vm != kHost)
          row.values[place[point.vm]] = shown(point.values[column], kVmColumns[column].unit);
      }
    }
  }

  StoreOptions options_;
  std::string path_;
  SQLite::Database database_;
  std::optional<Names> names_;
  std::optional<Records> records_;
  std::vector<Tier> tiers_;
  std::unique_ptr<SQLite::Transaction> transaction_;
  bool caught_up_ = false;
  int since_tidy_ = 0;
  Bytes used_;
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
  const Result<std::string> path = own_path(options.path);
  if (!path) return fail(path.error());
  Result<std::unique_ptr<Store>> out = nullptr;
  const Result<void> tried = guarded(options.path, [&] {
    auto impl = std::make_unique<Impl>(*path, options);
    if (const Result<void> ready = impl->prepare(); !ready)
      out = fail(ready.error());
    else
      out = std::unique_ptr<Store>(new Store(std::move(impl)));
  });
  if (!tried) return fail(tried.error());
  return out;
}

Result<void> Store::add(const Moment& moment) {
  return guarded(impl_->path(), [&] { impl_->add(moment); });
}
Result<void> Store::commit() {
  return guarded(impl_->path(), [&] { impl_->commit(); });
}
Result<void> Store::recover() {
  return guarded(impl_->path(), [&] { impl_->recover(); });
}
Result<HistoryTable> Store::table(const HistoryQuery& query) {
  Result<HistoryTable> out;
  const Result<void> tried = guarded(impl_->path(), [&] { out = impl_->table(query); });
  if (!tried) return fail(tried.error());
  return out;
}

Result<void> Store::add(std::int64_t run, const EventRecord& event) {
  return guarded(impl_->path(), [&] { impl_->add(run, event); });
}
Result<void> Store::add(std::int64_t run, const DecisionRecord& decision) {
  return guarded(impl_->path(), [&] { impl_->add(run, decision); });
}
Result<std::vector<PastEvent>> Store::events(const PastQuery& query) {
  return guarded(impl_->path(), [&] { return impl_->records().events(query); });
}
Result<std::vector<PastDecision>> Store::decisions(const PastQuery& query) {
  return guarded(impl_->path(), [&] { return impl_->records().decisions(query); });
}

Bytes Store::used() const { return impl_->used(); }
std::optional<std::int64_t> Store::oldest() const { return impl_->oldest(); }

}  // namespace aerostat::history
