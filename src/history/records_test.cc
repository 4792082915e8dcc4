#include "history/records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/temporary_folder.h"
#include "history/store.h"

namespace aerostat::history {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;

class RecordsTest : public testing::Test {
 protected:
  std::unique_ptr<Store> opened() const {
    StoreOptions options;
    options.path = folder_.path() + "/history.db";
    return *Store::open(options);
  }
  static WallTime at(int ms) { return WallTime(std::chrono::milliseconds(ms)); }
  static EventRecord event(std::uint64_t seq, const std::string& vm, int ms) {
    return {seq, at(ms), EventCode::VmAppeared, vm, {}};
  }
  static DecisionRecord decision(std::uint64_t seq, int ms, std::uint64_t repeated) {
    DecisionRecord out;
    out.seq = seq;
    out.at = at(ms);
    out.vm = "web";
    out.demand = Bytes::mib(300);
    out.repeated = repeated;
    return out;
  }
  TemporaryFolder folder_;
};

TEST_F(RecordsTest, KnowWhoAskedForAChange) {
  const auto store = opened();
  EventRecord asked = event(1, "web", 1000);
  asked.by = "token grafana";
  ASSERT_TRUE(store->add(1, asked));
  ASSERT_TRUE(store->add(1, event(2, "web", 2000)));
  EXPECT_THAT(store->events({"web", 0, 10'000, 100}).value(),
              ElementsAre(Field(&PastEvent::by, "token grafana"), Field(&PastEvent::by, "")));
}

// As a daemon before this column wrote it.
TEST_F(RecordsTest, OfAnOlderFileAreKept) {
  {
    const auto store = opened();
    ASSERT_TRUE(store->add(1, event(1, "web", 1000)));
    ASSERT_TRUE(store->commit());
  }
  {
    SQLite::Database older(folder_.path() + "/history.db", SQLite::OPEN_READWRITE);
    older.exec("ALTER TABLE events DROP COLUMN asked_by");
    older.exec("ALTER TABLE decisions DROP COLUMN wanted_parts");
    older.exec("PRAGMA user_version = 1");
  }
  for (const int run : {2, 3}) {
    const auto store = opened();
    EventRecord asked = event(1, "web", run * 1000);
    asked.by = "user 7";
    ASSERT_TRUE(store->add(run, asked));
    ASSERT_TRUE(store->add(run, decision(1, run * 1000, 1)));
    ASSERT_TRUE(store->commit());
  }
  EXPECT_THAT(opened()->events({"web", 0, 10'000, 100}).value(),
              ElementsAre(Field(&PastEvent::by, ""), Field(&PastEvent::by, "user 7"),
                          Field(&PastEvent::by, "user 7")));
}

TEST_F(RecordsTest, AreThereForTheNextDaemon) {
  {
    const auto store = opened();
    ASSERT_TRUE(store->add(1, event(1, "web", 1000)));
    ASSERT_TRUE(store->add(1, decision(1, 2000, 1)));
    ASSERT_TRUE(store->commit());
  }
  const auto store = opened();
  ASSERT_TRUE(store->add(2, event(1, "web", 5000)));
  ASSERT_TRUE(store->add(2, event(2, "db", 6000)));
  const auto all = store->events({"", 0, 10'000, 100}).value();
  EXPECT_THAT(all, ElementsAre(Field(&PastEvent::at_ms, 1000), Field(&PastEvent::at_ms, 5000),
                               Field(&PastEvent::at_ms, 6000)));
  EXPECT_EQ(all[0].code, "vm.appeared");
  EXPECT_EQ(store->events({"web", 0, 10'000, 100})->size(), 2u);
  EXPECT_EQ(store->events({"web", 2000, 10'000, 100})->size(), 1u);
  EXPECT_THAT(store->events({"", 0, 10'000, 2}).value(),
              ElementsAre(Field(&PastEvent::at_ms, 5000), Field(&PastEvent::at_ms, 6000)))
      << "the newest";
  const auto decisions = store->decisions({"web", 0, 10'000, 100}).value();
  ASSERT_EQ(decisions.size(), 1u);
  EXPECT_EQ(decisions[0].demand, Bytes::mib(300));
  EXPECT_EQ(decisions[0].wanted, std::nullopt) << "unknown is not zero";
}

TEST_F(RecordsTest, OfADecisionHaveThePartsOfWhatWasWanted) {
  {
    const auto store = opened();
    DecisionRecord wanted = decision(1, 2000, 1);
    wanted.wanted = Bytes::mib(340);
    wanted.decision.ruling.wish.numbers.wanted.add(Part::Demand, Bytes::mib(300));
    wanted.decision.ruling.wish.numbers.wanted.add(Part::Headroom, Bytes::mib(60));
    wanted.decision.ruling.wish.numbers.wanted.add(Part::Maximum, -Bytes::mib(20));
    ASSERT_TRUE(store->add(1, wanted));
    ASSERT_TRUE(store->add(1, decision(2, 3000, 1)));
    ASSERT_TRUE(store->commit());
  }
  const auto decisions = opened()->decisions({"web", 0, 10'000, 100}).value();
  ASSERT_EQ(decisions.size(), 2u);
  const Parts parts = decisions[0].wanted_parts.value();
  EXPECT_EQ(parts.of(Part::Demand), Bytes::mib(300));
  EXPECT_EQ(parts.of(Part::Maximum), -Bytes::mib(20));
  EXPECT_EQ(parts.sum(), decisions[0].wanted);
  EXPECT_FALSE(decisions[1].wanted_parts) << "unknown is not zero";
}

TEST_F(RecordsTest, TakeAnyPartsOfADamagedFile) {
  {
    const auto store = opened();
    for (const int seq : {1, 2, 3}) ASSERT_TRUE(store->add(1, decision(seq, 2000 + seq, 1)));
    ASSERT_TRUE(store->commit());
  }
  SQLite::Database(folder_.path() + "/history.db", SQLite::OPEN_READWRITE)
      .exec(
          "UPDATE decisions SET wanted_parts = '{\"demand\":7,\"floor\":1e3,\"held\":\"8\",\"other\":5}' "
          "WHERE seq = 1;"
          "UPDATE decisions SET wanted_parts = 'demand=7' WHERE seq = 2;"
          "UPDATE decisions SET wanted_parts = '[7]' WHERE seq = 3");
  const auto decisions = opened()->decisions({"web", 0, 10'000, 100}).value();
  const Parts parts = decisions.at(0).wanted_parts.value();
  EXPECT_EQ(parts.of(Part::Demand), Bytes::of(7));
  EXPECT_EQ(parts.sum(), Bytes::of(7));
  for (const std::size_t other : {1u, 2u}) EXPECT_EQ(decisions.at(other).wanted_parts.value().sum(), Bytes{});
}

TEST_F(RecordsTest, ADecisionIsReplacedWhenItIsFinal) {
  const auto store = opened();
  ASSERT_TRUE(store->add(1, decision(7, 2000, 1)));
  ASSERT_TRUE(store->add(1, decision(7, 2000, 40)));
  ASSERT_TRUE(store->add(2, decision(7, 3000, 1)));
  const auto decisions = store->decisions({"web", 0, 10'000, 100}).value();
  ASSERT_EQ(decisions.size(), 2u) << "another daemon's number is another decision";
  EXPECT_EQ(decisions[0].repeated, 40u);
}

}  // namespace
}  // namespace aerostat::history
