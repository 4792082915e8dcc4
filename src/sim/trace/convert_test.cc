#include "sim/trace/convert.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <fstream>

#include "base/temporary_folder.h"
#include "sim/trace/thin.h"
#include "sim/trace/trace.h"

namespace aerostat::sim {
namespace {

class Folder {
 public:
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name) << text;
    return path_ + "/" + name;
  }

 private:
  const TemporaryFolder temporary_;
  const std::string& path_ = temporary_.path();
};

struct Made {
  Result<std::vector<Converted>> result;
  std::string text;
};

Made make(const std::vector<RecordingFile>& files, const ConvertOptions& options = {}) {
  std::string text;
  auto result = convert(files, options, [&](std::string_view part) { text += part; });
  return {std::move(result), std::move(text)};
}

std::string complaint(const std::string& recording, const ConvertOptions& options = {}) {
  const Folder folder;
  const std::string path = folder.write("r.csv", recording);
  const Made made = make({{"web", path}}, options);
  if (made.result) return "none";
  const std::string& message = made.result.error().message;
  return message.substr(message.find("r.csv"));
}

recording::Row row(std::int64_t used_mib, std::int64_t active_mib, std::int64_t inactive_mib) {
  recording::Row out;
  out.used = used_mib * 1024;
  out.active_file = active_mib * 1024;
  out.inactive_file = inactive_mib * 1024;
  return out;
}

TEST(NeedOf, IsWhatIsUsedAndSwappedAndTheCacheThatCounts) {
  recording::Row r = row(1000, 300, 200);
  r.swap_used = 50 * 1024;
  r.slab_reclaimable = 100 * 1024;
  const auto need = [&](CacheCounts counts) { return need_of(r, counts).value(); };
  EXPECT_EQ(need(CacheCounts::All).need_mib, 1050);
  EXPECT_EQ(need(CacheCounts::All).cache_mib, 600);
  EXPECT_EQ(need(CacheCounts::Active).need_mib, 850);
  EXPECT_EQ(need(CacheCounts::Active).cache_mib, 400);
  EXPECT_EQ(need(CacheCounts::None).need_mib, 450);
  EXPECT_EQ(need(CacheCounts::None).cache_mib, 0);
}

TEST(NeedOf, DoesWithTotalAndFreeOrAvailable) {
  recording::Row r;
  EXPECT_FALSE(need_of(r, CacheCounts::All));
  r.total = 1000 * 1024;
  r.available = 700 * 1024;
  EXPECT_EQ(need_of(r, CacheCounts::All)->need_mib, 300);
  r.free = 600 * 1024;
  EXPECT_EQ(need_of(r, CacheCounts::All)->need_mib, 400);
}

TEST(NeedOf, NeverHasMoreCacheThanIsUsed) {
  const auto need = need_of(row(100, 80, 80), CacheCounts::All).value();
  EXPECT_EQ(need.need_mib, 100);
  EXPECT_EQ(need.cache_mib, 100);
}

TEST(Convert, MakesATraceThatTheSimulatorReads) {
  const Folder folder;
  const std::string a = folder.write(
      "a.csv",
      "# a "
      "comment\ntime_s,used_kib,active_file_kib,new_column\n1000.004,2048,1024,x\n1000.104,4096,1024,x\n");
  const std::string b = folder.write("b.csv", "used_kib,time_s\n1024,1002.500\n,1002.6\n2048,1002.7\n");
  const Made made = make({{"a", a}, {"b", b}}, {.limit_mib = 512});
  ASSERT_TRUE(made.result) << made.result.error().message;
  EXPECT_EQ(made.text,
            "time_s,vm,need_mib,cache_mib,limit_mib\n0.00,a,2.00,1.00,512\n0.10,a,4.00,1.00,512\n"
            "2.50,b,1.00,0.00,512\n2.70,b,2.00,0.00,512\n");
  EXPECT_EQ((*made.result)[1].unknown, 1u);
  EXPECT_EQ((*made.result)[0].peak_mib, 4);
  const auto trace = Trace::read({folder.write("t.csv", made.text)});
  ASSERT_TRUE(trace) << trace.error().message;
  EXPECT_EQ(trace->vms().size(), 2u);
  EXPECT_EQ(trace->vms()[0].limit_mib, 512);
  EXPECT_FALSE(trace->vms()[0].straight);

  const Made together = make({{"a", a}, {"b", b}}, {.together = true});
  EXPECT_NE(together.text.find("\n0.00,b,"), std::string::npos) << together.text;
}

TEST(Convert, SaysWhereARecordingIsWrong) {
  const std::string head = "time_s,used_kib\n";
  EXPECT_EQ(complaint(""), "r.csv: is empty; a recording begins with a line of column names");
  EXPECT_EQ(complaint(head), "r.csv: has a header and no rows");
  EXPECT_EQ(
      complaint("time_s,free_kib\n1,2\n"),
      "r.csv: line 1: the header has no column 'used_kib'; it is no recording of aerostat-guest --record or "
      "aerostat record");
  EXPECT_EQ(complaint("time_s,vm,need_mib\n1,a,2\n"),
            "r.csv: line 1: this is a trace already; give it to aerostat simulate --trace");
  EXPECT_EQ(complaint(head + "1,2\nsoon,2\n"), "r.csv: line 3: time_s is 'soon', not a number of seconds");
  EXPECT_EQ(complaint(head + "1,2\n2,-3\n"), "r.csv: line 3: used_kib is '-3', not a whole number from 0 up");
  EXPECT_EQ(complaint("time_s,used_kib,used_kib\n1,2,3\n"),
            "r.csv: line 1: the header has column 'used_kib' twice; remove one");
  EXPECT_EQ(complaint(head + std::string("1,2\0,7\n", 8)),
            "r.csv: line 2: has a zero byte; is this a text file?");
  EXPECT_EQ(complaint(head + "nan,2\n"), "r.csv: line 2: time_s is 'nan', not a number of seconds");
  EXPECT_EQ(complaint(head + "1,2\n2\n"), "r.csv: line 3: 1 fields where the header has 2");
  EXPECT_EQ(complaint(head + "5,2\n4,2\n"),
            "r.csv: line 3: its time lies before that of the row above; is this two recordings in one?");
  EXPECT_EQ(complaint(head + "1,\n2,\n"),
            "r.csv: no row shows the used memory; its columns used_kib, total_kib and free_kib are empty");
  EXPECT_EQ(complaint(head + "1,5\n2,5\n", {.tolerance_mib = 1}),
            "r.csv: its rows are 1.00 s apart, and the need between them is unknown, so no row can be "
            "omitted; record "
            "with --every 100ms, or omit --tolerance");
  EXPECT_EQ(make({{"a", "/nowhere"}}).result.error().message,
            "recording /nowhere: cannot be opened: No such file or directory");
  EXPECT_EQ(make({{"a,b", "/nowhere"}}).result.error().message,
            "'a,b' is not a valid VM name; write NAME=/nowhere");
  EXPECT_EQ(make({{"a", "/x"}, {"a", "/y"}}).result.error().message,
            "two recordings are named 'a'; distinguish them with NAME=/y");
}

TEST(Convert, AThinnedTraceSaysThatItIsJoinedByStraightLines) {
  const Folder folder;
  std::string text = "time_s,used_kib\n";
  for (int i = 0; i < 100; ++i)
    text += std::to_string(i / 10) + "." + std::to_string(i % 10) + "," + (i < 50 ? "1024\n" : "9216\n");
  const std::string path = folder.write("r.csv", text);
  const Made made = make({{"web", path}}, {.tolerance_mib = 0.5});
  ASSERT_TRUE(made.result) << made.result.error().message;
  EXPECT_EQ(made.text,
            "# texture linear; rows within 0.5 MiB of the line are omitted\ntime_s,vm,need_mib,cache_mib\n"
            "0.00,web,1.00,0.00\n4.90,web,1.00,0.00\n5.00,web,9.00,0.00\n9.90,web,9.00,0.00\n");
  const auto trace = Trace::read({folder.write("t.csv", made.text)});
  ASSERT_TRUE(trace) << trace.error().message;
  EXPECT_TRUE(trace->vms()[0].straight);
  // Another file after it is not.
  const auto both =
      Trace::read({folder.write("t.csv", made.text), folder.write("u.csv", "time_s,vm,need_mib\n0,u,1\n")});
  EXPECT_FALSE(both->vms()[1].straight);
}

TEST(Thin, LeavesNoRowFartherFromTheLineThanTheTolerance) {
  std::vector<TraceRow> rows, kept;
  for (int i = 0; i < 500; ++i) {
    const double t = i * 0.1;
    rows.push_back({t, 1000 + 200 * std::sin(t) + i % 3, 500 * std::abs(std::sin(t / 3))});
  }
  Thin thin(2, 0.2, [&](const TraceRow& row) { kept.push_back(row); });
  for (const TraceRow& row : rows) thin.add(row);
  thin.finish();
  EXPECT_LT(kept.size(), rows.size() / 2);
  ASSERT_GT(kept.size(), 2u);
  EXPECT_EQ(kept.front().time_s, rows.front().time_s);
  EXPECT_EQ(kept.back().time_s, rows.back().time_s);
  std::size_t at = 0;
  for (const TraceRow& row : rows) {
    while (kept[at + 1].time_s < row.time_s) ++at;
    const TraceRow& a = kept[at];
    const TraceRow& b = kept[at + 1];
    const double part = (row.time_s - a.time_s) / (b.time_s - a.time_s);
    EXPECT_NEAR(row.need_mib, a.need_mib + part * (b.need_mib - a.need_mib), 2 + 1e-9) << row.time_s;
    EXPECT_NEAR(row.cache_mib, a.cache_mib + part * (b.cache_mib - a.cache_mib), 2 + 1e-9) << row.time_s;
  }
}

TEST(Thin, KeepsTheRowsAroundAGap) {
  std::vector<double> kept;
  Thin thin(1, 0.2, [&](const TraceRow& row) { kept.push_back(row.time_s); });
  for (const double t : {0.0, 0.1, 0.2, 5.0, 5.1, 5.2}) thin.add({t, 100, 0});
  thin.finish();
  EXPECT_EQ(kept, (std::vector<double>{0.0, 0.2, 5.0, 5.2}));
}

}  // namespace
}  // namespace aerostat::sim
