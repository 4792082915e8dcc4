#include "agent/linux/recorder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "agent/linux/test_tree.h"

namespace aerostat::agent {
namespace {

// Gives so many rows, and then has gone; sets `stop` before the row `stop_at`.
class FakeSource final : public RowSource {
 public:
  explicit FakeSource(int rows) : left_(rows) {}
  bool usable() const override { return true; }
  recording::Row look() override {
    recording::Row row;
    if (++looked == stop_at) stop = 1;
    if (left_-- > 0) row.used = 1024;
    return row;
  }
  int looked = 0, stop_at = 0;
  volatile int stop = 0;

 private:
  int left_;
};

constexpr std::int64_t kNsInMs = 1'000'000;

struct Lab {
  TestTree tree;
  std::string path = tree.root() + "/out.csv";
  RowFile file;
  Lab() { EXPECT_EQ(file.open(path.c_str(), false), 0); }
  std::string text() const { return tree.read("/out.csv"); }
  std::ptrdiff_t lines() const {
    const std::string all = text();
    return std::count(all.begin(), all.end(), '\n');
  }
};

TEST(Recorder, WritesAHeaderAndARowEachPeriodUntilTheSourceIsGone) {
  Lab lab;
  FakeSource source(3);
  const RecordEnd end = record_rows(source, lab.file, {.every_ns = 1}, source.stop);
  EXPECT_EQ(end.why, RecordEnd::Why::SourceGone);
  EXPECT_EQ(end.rows, 3);
  EXPECT_EQ(lab.lines(), 4);
  EXPECT_TRUE(lab.text().starts_with("time_s,total_kib,"));
}

TEST(Recorder, EndsWithAWholeLineWhenStopped) {
  Lab lab;
  FakeSource source(1000);
  source.stop_at = 5;
  const RecordEnd end = record_rows(source, lab.file, {.every_ns = 1}, source.stop);
  EXPECT_EQ(end.why, RecordEnd::Why::Done);
  EXPECT_EQ(end.rows, 5);
  EXPECT_TRUE(lab.text().ends_with("\n"));
}

TEST(Recorder, EndsWhenItsTimeIsUp) {
  Lab lab;
  FakeSource source(1000);
  const RecordEnd end =
      record_rows(source, lab.file, {.every_ns = 5 * kNsInMs, .length_ns = 12 * kNsInMs}, source.stop);
  EXPECT_EQ(end.why, RecordEnd::Why::Done);
  EXPECT_LE(end.rows, 3);  // at 0, 5 and 10 ms, unless it came late
  EXPECT_GE(end.rows, 1);
}

TEST(Recorder, AFullDiskLeavesWholeLinesAndItsReason) {
  Lab lab;
  FakeSource source(1000);
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit tight{500, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &tight);
  const RecordEnd end = record_rows(source, lab.file, {.every_ns = 1}, source.stop);
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(end.why, RecordEnd::Why::WriteFailed);
  EXPECT_EQ(end.error, EFBIG);
  EXPECT_GT(end.rows, 0);
  EXPECT_TRUE(lab.text().ends_with("\n"));
  EXPECT_EQ(lab.lines(), end.rows + 1);
}

TEST(RowFile, RefusesToWriteOverAFileUnlessTold) {
  Lab lab;
  RowFile second;
  EXPECT_EQ(second.open(lab.path.c_str(), false), EEXIST);
  lab.file.write("old\n");
  RowFile third;
  EXPECT_EQ(third.open(lab.path.c_str(), true), 0);
  EXPECT_EQ(lab.text(), "");
  RowFile nowhere;
  EXPECT_EQ(nowhere.open("/nowhere/at/all", false), ENOENT);
  RowFile device;
  EXPECT_EQ(device.open("/dev/null", false), 0);
}

}  // namespace
}  // namespace aerostat::agent
