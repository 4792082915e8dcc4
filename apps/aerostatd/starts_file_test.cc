#include "starts_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/temporary_folder.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;

class StartsFileTest : public testing::Test {
 protected:
  void write(const std::string& text) { std::ofstream(folder.path() + "/starts") << text; }
  TemporaryFolder folder;
  StartsFile file{folder.path()};
};

TEST_F(StartsFileTest, GivesBackWhatWasRemembered) {
  EXPECT_TRUE(file.recall().empty()) << "there is no file yet";
  StartReport start;
  start.request = {
      .vm = "web", .memory = 1_GiB, .wait = 60s, .lasts = 300s, .weight = 7, .asked_by = "user 0"};
  start.weight = 7;
  start.state = StartState::Ready;
  start.asked_at = WallTime(1000s);
  start.until = WallTime(2000s);
  start.missing = 5_MiB;
  StartReport bare;
  bare.request = {.vm = "db", .memory = 2_GiB};
  bare.request.weight = bare.weight;
  bare.state = StartState::Gathering;
  file.remember({start, bare});
  const std::vector<StartReport> read = file.recall();
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].request.vm, "web");
  EXPECT_EQ(read[0].request.memory, 1_GiB);
  EXPECT_EQ(read[0].request.wait, 60s);
  EXPECT_EQ(read[0].request.lasts, 300s);
  EXPECT_EQ(read[0].request.asked_by, "user 0");
  EXPECT_EQ(read[0].weight, 7);
  EXPECT_EQ(read[0].state, StartState::Ready);
  EXPECT_EQ(read[0].asked_at, start.asked_at);
  EXPECT_EQ(read[0].until, start.until);
  EXPECT_EQ(read[0].missing, 5_MiB);
  EXPECT_FALSE(read[1].request.lasts);
  EXPECT_FALSE(read[1].until);
}

TEST_F(StartsFileTest, LeavesOutWhatMakesNoSense) {
  for (const std::string text : {"", "[", "{}", "null", "[1,\"web\",{}]"}) {
    write(text);
    EXPECT_TRUE(file.recall().empty()) << text;
  }
  const std::string good =
      R"({"vm":"web","state":"ready","memory":1048576,"missing":0,"wait_s":1,"weight":5,)"
      R"("asked_at_ms":1,"asked_by":"user 0"})";
  write("[" + good + "]");
  EXPECT_EQ(file.recall().size(), 1u);
  const std::vector<std::pair<std::string, std::string>> faults = {{"\"web\"", "\"../web\""},
                                                                   {"\"ready\"", "\"asleep\""},
                                                                   {"1048576", "-1"},
                                                                   {"\"ready\"", "\"waiting\""},
                                                                   {"\"weight\":5", "\"weight\":99999999999"},
                                                                   {"\"wait_s\":1", "\"wait_s\":\"1\""}};
  for (const auto& [from, to] : faults) {
    std::string bad = good;
    bad.replace(bad.find(from), from.size(), to);
    write("[" + bad + "]");
    EXPECT_TRUE(file.recall().empty()) << bad;
  }
}

}  // namespace
}  // namespace aerostat
