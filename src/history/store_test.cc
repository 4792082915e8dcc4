#include "history/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/temporary_folder.h"
#include "history/columns.h"

namespace aerostat::history {
namespace {

constexpr std::int64_t kStart = 1'800'000'000;  // a whole hour

class StoreTest : public testing::Test {
 protected:
  StoreOptions options() const {
    StoreOptions out;
    out.path = folder_.path() + "/history.db";
    return out;
  }
  static std::unique_ptr<Store> opened(const StoreOptions& options) {
    Result<std::unique_ptr<Store>> store = Store::open(options);
    EXPECT_TRUE(store) << (store ? "" : store.error().message);
    return store ? *std::move(store) : nullptr;
  }
  static Moment moment(std::int64_t time, std::int64_t mib) {
    Moment out;
    out.time = time;
    HostReport host;
    host.capacity = Bytes::mib(8192);
    host.committed = Bytes::mib(mib);
    out.host = values_of(host);
    VmReport vm;
    vm.assigned = Bytes::mib(mib);
    out.vms = {{"web", values_of(vm)}};
    return out;
  }
  static void fill(Store& store, std::int64_t from, std::int64_t seconds) {
    for (std::int64_t t = from; t < from + seconds; ++t) ASSERT_TRUE(store.add(moment(t, 100 + t % 10)));
    ASSERT_TRUE(store.commit());
  }
  static HistoryTable table(Store& store, const HistoryQuery& query) {
    Result<HistoryTable> out = store.table(query);
    EXPECT_TRUE(out) << (out ? "" : out.error().message);
    return out ? *out : HistoryTable{};
  }
  static HistoryQuery of_web(std::int64_t since, std::int64_t until, std::size_t points) {
    return {HistoryQuery::Of::Vm, "web", since, until, points};
  }

  TemporaryFolder folder_;
};

TEST_F(StoreTest, KeepsEachSecondOfTheLastHour) {
  const auto store = opened(options());
  fill(*store, kStart, 100);
  const HistoryTable got = table(*store, of_web(kStart, kStart + 100, 300));
  EXPECT_EQ(got.step, 1);
  ASSERT_EQ(got.rows.size(), 100u);
  EXPECT_EQ(got.columns.at(1), "assigned_bytes");
  EXPECT_EQ(got.rows[7].time, kStart + 7);
  EXPECT_EQ(got.rows[7].values.at(0), 107.0 * 1024 * 1024);
  EXPECT_EQ(got.rows[7].values.at(2), std::nullopt) << "demand is not known, and not zero";
}

TEST_F(StoreTest, ShowsNothingTwiceWhereTheFirstSecondIsInTheMiddleOfAStep) {
  const auto store = opened(options());
  fill(*store, kStart + 9, 120);
  const HistoryTable got = table(*store, of_web(kStart - 600, kStart + 129, 2000));
  ASSERT_EQ(got.step, 1);
  ASSERT_EQ(got.rows.size(), 120u);
  EXPECT_EQ(got.rows[0].time, kStart + 9);
}

TEST_F(StoreTest, ShowsFewerPointsAsAverages) {
  const auto store = opened(options());
  fill(*store, kStart, 100);
  const HistoryTable got = table(*store, of_web(kStart, kStart + 100, 10));
  EXPECT_EQ(got.step, 10);
  ASSERT_EQ(got.rows.size(), 10u);
  EXPECT_EQ(got.rows[3].values.at(0), 104.5 * 1024 * 1024);
}

TEST_F(StoreTest, ShowsOneNumberOfEachVm) {
  const auto store = opened(options());
  Moment two = moment(kStart, 100);
  two.vms.emplace_back("db", two.vms[0].second);
  ASSERT_TRUE(store->add(two));
  const HistoryTable got =
      table(*store, {HistoryQuery::Of::Each, "assigned_bytes", kStart, kStart + 10, 300});
  EXPECT_THAT(got.columns, testing::UnorderedElementsAre("time", "web", "db"));
  ASSERT_EQ(got.rows.size(), 1u);
  EXPECT_EQ(got.rows[0].values, std::vector<std::optional<double>>(2, 100.0 * 1024 * 1024));
  EXPECT_EQ(store->table({HistoryQuery::Of::Each, "colour", 0, 1, 1}).error().field, "each");
  EXPECT_EQ(store->table(of_web(0, 1, 1)).value().rows.size(), 0u);
  EXPECT_EQ(store->table({HistoryQuery::Of::Vm, "nobody", 0, 1, 1}).error().kind, Error::Kind::NotFound);
}

TEST_F(StoreTest, GoesOnWhereAnEarlierOneEnded) {
  {
    const auto store = opened(options());
    fill(*store, kStart, 95);
  }
  const auto store = opened(options());
  fill(*store, kStart + 95, 3600);
  const HistoryTable got = table(*store, of_web(kStart, kStart + 3600, 10));
  EXPECT_EQ(got.step, 600);
  ASSERT_EQ(got.rows.size(), 6u);
  EXPECT_EQ(got.rows[0].values.at(0), 104.5 * 1024 * 1024) << "the sums of both";
  const HistoryTable hours = table(*store, of_web(kStart - 86400, kStart + 3600, 10));
  ASSERT_GE(hours.rows.size(), 1u);
  EXPECT_EQ(hours.rows[0].values.at(0), 104.5 * 1024 * 1024);
}

TEST_F(StoreTest, KeepsWhatIsOldInCoarserSteps) {
  StoreOptions small = options();
  small.kept = {120, 120, 120, 120};
  const auto store = opened(small);
  fill(*store, kStart, 3 * 3600);
  // The first hour is left in minutes.
  const HistoryTable got = table(*store, of_web(kStart + 600, kStart + 1200, 600));
  ASSERT_GE(got.rows.size(), 9u);
  EXPECT_EQ(got.rows[1].time - got.rows[0].time, 60);
  const HistoryTable late = table(*store, of_web(kStart + 3 * 3600 - 60, kStart + 3 * 3600, 60));
  EXPECT_EQ(late.rows.size(), 60u);
  EXPECT_EQ(store->oldest(), kStart);
}

TEST_F(StoreTest, ShowsAHoleAsAHole) {
  const auto store = opened(options());
  fill(*store, kStart, 10);
  fill(*store, kStart + 100, 10);
  const HistoryTable got = table(*store, of_web(kStart, kStart + 110, 300));
  ASSERT_EQ(got.rows.size(), 21u);
  EXPECT_EQ(got.rows[10].values.at(0), std::nullopt);
}

TEST_F(StoreTest, StaysBelowItsLimit) {
  StoreOptions small = options();
  small.limit = Bytes::mib(2);
  const auto store = opened(small);
  Moment many = moment(kStart, 100);
  for (int i = 0; i < 100; ++i) many.vms.emplace_back("vm" + std::to_string(i), many.vms[0].second);
  for (int t = 0; t < 3000; ++t) {
    many.time = kStart + t;
    for (auto& vm : many.vms) vm.second[0] = (t * 7919) % 100'003;
    ASSERT_TRUE(store->add(many)) << t;
    if (t % 5 == 0) {
      ASSERT_TRUE(store->commit()) << t;
    }
  }
  EXPECT_LE(store->used(), Bytes::mib(2));
  EXPECT_GE(table(*store, of_web(kStart + 2900, kStart + 3000, 300)).rows.size(), 100u)
      << "the newest is kept";
}

TEST_F(StoreTest, SurvivesAClockThatIsSetBack) {
  const auto store = opened(options());
  fill(*store, kStart + 500, 100);
  fill(*store, kStart, 50);
  EXPECT_EQ(table(*store, of_web(kStart, kStart + 50, 300)).rows.size(), 50u);
  EXPECT_EQ(table(*store, of_web(kStart + 500, kStart + 600, 300)).rows.size(), 100u);
}

TEST_F(StoreTest, LeavesANewerFileAlone) {
  opened(options()).reset();
  {
    SQLite::Database newer(options().path, SQLite::OPEN_READWRITE);
    newer.exec("PRAGMA user_version = 99");
  }
  const auto refused = Store::open(options());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::Refused);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("newer version"));
}

TEST_F(StoreTest, LeavesTheDatabaseOfAnotherProgramAlone) {
  {
    SQLite::Database other(options().path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    other.exec("CREATE TABLE t(a)");
  }
  EXPECT_EQ(Store::open(options()).error().kind, Error::Kind::Refused);
}

TEST_F(StoreTest, SeesThatAFileIsDamaged) {
  {
    const auto store = opened(options());
    fill(*store, kStart, 2000);
  }
  std::fstream file(options().path, std::ios::in | std::ios::out | std::ios::binary);
  for (int page = 4; page < 12; ++page) {
    file.seekp(page * 4096);
    file << std::string(2000, 'x');
  }
  file.close();
  StoreOptions checked = options();
  checked.check = true;
  const auto damaged = Store::open(checked);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().kind, Error::Kind::Invalid);
  EXPECT_THAT(damaged.error().message, testing::HasSubstr("damaged"));
}

TEST_F(StoreTest, FollowsNoLink) {
  const std::string elsewhere = folder_.path() + "/elsewhere.db";
  ASSERT_EQ(::symlink(elsewhere.c_str(), options().path.c_str()), 0);
  EXPECT_EQ(Store::open(options()).error().kind, Error::Kind::Unavailable);
  EXPECT_NE(::access(elsewhere.c_str(), F_OK), 0);
}

// A writer that is killed at any moment leaves a whole file, with all that it had committed.
TEST_F(StoreTest, SurvivesKillsAtAnyMoment) {
  std::int64_t next = kStart;
  for (int kill = 0; kill < 20; ++kill) {
    int told[2] = {};
    ASSERT_EQ(::pipe(told), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(told[0]);
      auto store = Store::open(options());
      for (std::int64_t t = next; store; ++t) {
        if (!(*store)->add(moment(t, 100)) || !(*store)->commit()) ::_exit(1);
        if (::write(told[1], &t, sizeof t) != sizeof t) ::_exit(1);
      }
      ::_exit(1);
    }
    ::close(told[1]);
    std::int64_t committed = 0;
    // At another moment each time, in the middle of its work.
    for (int seen = 0; seen < 30 + kill * 37; ++seen)
      ASSERT_EQ(::read(told[0], &committed, sizeof committed), static_cast<ssize_t>(sizeof committed));
    ::kill(child, SIGKILL);
    while (::read(told[0], &committed, sizeof committed) == static_cast<ssize_t>(sizeof committed)) continue;
    ::close(told[0]);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    StoreOptions checked = options();
    checked.check = true;
    const auto store = opened(checked);
    ASSERT_TRUE(store);
    const HistoryTable got = table(*store, of_web(committed - 20, committed + 1, 100));
    ASSERT_EQ(got.rows.size(), 21u) << "after kill " << kill;
    EXPECT_EQ(got.rows.back().time, committed);
    next = committed + 2;  // one more may be there
  }
}

}  // namespace
}  // namespace aerostat::history
