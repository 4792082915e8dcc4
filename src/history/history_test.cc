#include "history/history.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/temporary_folder.h"

namespace aerostat::history {
namespace {

constexpr std::int64_t kHistoryStart = 1'800'000'000;
constexpr auto kLimit = std::chrono::seconds(30);  // ends a test that fails

// What the history posts is run by this thread.
class HistoryTest : public testing::Test {
 protected:
  std::unique_ptr<History> started() {
    HistoryOptions options;
    options.path = path();
    options.commit_every = std::chrono::milliseconds(0);
    options.retry_after = std::chrono::milliseconds(20);
    auto out = std::make_unique<History>(options, [this](std::function<void()> told) {
      const std::lock_guard held(mutex_);
      told_.push_back(std::move(told));
      news_.notify_one();
    });
    out->start();
    return out;
  }
  std::string path() const { return folder_.path() + "/state/history.db"; }
  static Moment moment(std::int64_t time) {
    Moment out;
    out.time = time;
    out.host.fill(1);
    out.vms = {{"web", out.host}};
    return out;
  }
  Result<HistoryTable> ask(const History& history, const HistoryQuery& query) {
    std::optional<Result<HistoryTable>> out;
    history.ask(query, [&](Result<HistoryTable> table) { out = std::move(table); });
    std::unique_lock held(mutex_);
    if (!news_.wait_for(held, kLimit, [this] { return !told_.empty(); }))
      return fail(Error::Kind::Timeout, "no answer");
    const auto told = std::exchange(told_, {});
    held.unlock();
    for (const auto& each : told) each();
    return out.value_or(fail(Error::Kind::Internal, "not called"));
  }
  std::size_t rows(const History& history) {
    const auto table = ask(history, {HistoryQuery::Of::Vm, "web", kHistoryStart, kHistoryStart + 2000, 2000});
    // Before anything is written, nobody knows the VM.
    EXPECT_TRUE(table || table.error().kind == Error::Kind::Unavailable ||
                table.error().kind == Error::Kind::NotFound)
        << table.error().message;
    if (!table) last_error_ = table.error().message;
    return table ? table->rows.size() : 0;
  }
  // Adds moments until it says so; real time only ends a failing test.
  bool comes_to(History& history, HistoryState::Kind kind) {
    const auto end = std::chrono::steady_clock::now() + kLimit;
    while (history.state().kind != kind) {
      if (std::chrono::steady_clock::now() > end) return false;
      history.add(moment(++time_));
      rows(history);
    }
    return true;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (const auto& each : std::filesystem::directory_iterator(folder_.path() + "/state"))
      out.push_back(each.path().filename().string());
    return out;
  }

  TemporaryFolder folder_;
  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<std::function<void()>> told_;
  std::int64_t time_ = kHistoryStart;
  std::string last_error_;
};

TEST_F(HistoryTest, AnswersWithWhatItWasGiven) {
  const auto history = started();
  for (int i = 0; i < 50; ++i) history->add(moment(kHistoryStart + i));
  EXPECT_EQ(rows(*history), 50u);
  EXPECT_EQ(history->state().kind, HistoryState::Kind::On);
}

TEST_F(HistoryTest, RemembersOverRestarts) {
  started()->add(moment(kHistoryStart));
  EXPECT_EQ(rows(*started()), 1u);
}

TEST_F(HistoryTest, WaitsForADiskThatIsFull) {
  // Files of this process cannot grow beyond it: as with a full disk, writing fails.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto history = started();
  history->add(moment(time_));
  ASSERT_EQ(rows(*history), 1u);
  rlimit full = before;
  full.rlim_cur = 256 << 10;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
  const bool paused = comes_to(*history, HistoryState::Kind::Paused);
  const HistoryState state = history->state();
  const std::size_t readable = rows(*history);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_TRUE(paused);
  EXPECT_THAT(state.note, testing::HasSubstr("resumes by itself"));
  EXPECT_GE(readable, 1u) << "what is there can be read meanwhile: " << last_error_;
  EXPECT_TRUE(comes_to(*history, HistoryState::Kind::On));
  history->add(moment(kHistoryStart + 1000));
  const auto table =
      ask(*history, {HistoryQuery::Of::Host, "", kHistoryStart + 1000, kHistoryStart + 1001, 10});
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rows.size(), 1u) << "it goes on";
}

TEST_F(HistoryTest, MovesADamagedFileAside) {
  started()->add(moment(kHistoryStart));
  std::ofstream(path(), std::ios::trunc) << std::string(20000, 'x');
  const auto history = started();
  history->add(moment(kHistoryStart));
  EXPECT_EQ(rows(*history), 1u);
  EXPECT_EQ(history->state().kind, HistoryState::Kind::On);
  EXPECT_THAT(history->state().note, testing::HasSubstr("history.db.damaged-"));
  EXPECT_THAT(files(), testing::Contains(testing::StartsWith("history.db.damaged-")));
}

TEST_F(HistoryTest, IsOffWhereTheFileIsOfANewerVersion) {
  started()->add(moment(kHistoryStart));
  {
    SQLite::Database newer(path(), SQLite::OPEN_READWRITE);
    newer.exec("PRAGMA user_version = 99");
  }
  const auto history = started();
  EXPECT_EQ(ask(*history, {}).error().kind, Error::Kind::NotFound);
  EXPECT_EQ(history->state().kind, HistoryState::Kind::Off);
  EXPECT_THAT(history->state().note, testing::HasSubstr("newer version"));
  const int version = SQLite::Database(path()).execAndGet("PRAGMA user_version");
  EXPECT_EQ(version, 99) << "it is left alone";
}

TEST_F(HistoryTest, WaitsForADirectoryThatCanBeWritten) {
  std::ofstream(folder_.path() + "/state") << "in the way";
  const auto history = started();
  EXPECT_EQ(ask(*history, {}).error().kind, Error::Kind::Unavailable);
  ASSERT_TRUE(comes_to(*history, HistoryState::Kind::Paused));
  std::filesystem::remove(folder_.path() + "/state");
  EXPECT_TRUE(comes_to(*history, HistoryState::Kind::On));
}

}  // namespace
}  // namespace aerostat::history
