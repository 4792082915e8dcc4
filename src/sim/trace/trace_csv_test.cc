// Traces from files: what is read, and what is refused with its file and line.
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "sim/trace/trace.h"

namespace aerostat::sim {
namespace {

class TraceCsv : public ::testing::Test {
 protected:
  TraceCsv()
      : folder_(std::filesystem::temp_directory_path() / ("trace_csv_test." + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~TraceCsv() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) const {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    return path;
  }
  // A trace of so many rows.
  std::string gzip_of(int rows) const {
    const std::string path = (folder_ / "t.csv.gz").string();
    gzFile out = gzopen(path.c_str(), "wb");
    gzputs(out, "time_s,vm,need_mib\n");
    for (int i = 0; i < rows; ++i) gzprintf(out, "%d,a,%d\n", i, i * 7919 % 1000);
    gzclose(out);
    return path;
  }
  std::string mistake(const std::string& text) const {
    const auto trace = Trace::read({file("t.csv", text)});
    return trace ? "" : trace.error().message;
  }

  std::filesystem::path folder_;
};

TEST_F(TraceCsv, ReadsColumnsInAnyOrderAndSkipsRemarks) {
  const auto trace = Trace::read(
      {file("t.csv", "vm,limit_mib,cache_mib,time_s,need_mib\r\n# why\n\na,900,10,1,200\na,,20,3.5,400\n")});
  ASSERT_TRUE(trace) << trace.error().message;
  const VmTrace& vm = trace->vms().at(0);
  EXPECT_EQ(vm.name, "a");
  EXPECT_EQ(vm.first_s, 1);
  EXPECT_EQ(vm.last_s, 3.5);
  EXPECT_EQ(vm.peak_mib, 400);
  EXPECT_EQ(vm.limit_mib, 900);
  EXPECT_EQ(vm.area_mib_s, 750);
  EXPECT_TRUE(vm.has_cache);
}

TEST_F(TraceCsv, RefusesWithTheLine) {
  const std::string head = "time_s,vm,need_mib\n";
  const std::pair<std::string, const char*> mistakes[] = {
      {"time_s,vm\n0,a\n", "t.csv: line 1: the header has no column 'need_mib'"},
      {"# remark\ntime,vm,need_mib\n", "t.csv: line 2: the header has no column 'time_s'"},
      {head + "0,a,1\n1,a,1.5.2\n", "t.csv: line 3: need_mib is '1.5.2'"},
      {"time_s,vm,need_mib,need_mib\n0,a,500,1\n",
       "t.csv: line 1: the header has column 'need_mib' twice; remove one"},
      {head + std::string("0,a,1\0,7\n", 10), "t.csv: line 2: has a zero byte"},
      {head + "0,a,nan\n", "t.csv: line 2: need_mib"},
      {head + "0,a,-1\n", "t.csv: line 2: need_mib"},
      {head + "x,a,1\n", "t.csv: line 2: time_s"},
      {head + "0,a,1\n\n2,a,1\n1,a,1\n", "t.csv: line 5: time_s 1 of VM 'a' goes back"},
      {head + "0,a\n", "t.csv: line 2: 2 fields where the header has 3"},
      {head + "0,,1\n", "t.csv: line 2: vm is ''"},
      {"time_s,vm,need_mib,cache_mib\n0,a,1,2\n", "t.csv: line 2: cache_mib 2 is more than need_mib 1"},
      {head + std::string(5000, '1') + "\n", "line 2: longer than"},
      {"", "t.csv: is empty"},
      {head, "no rows"},
  };
  for (const auto& [text, said] : mistakes)
    EXPECT_NE(mistake(text).find(said), std::string::npos) << said << "\n" << mistake(text);
}

TEST_F(TraceCsv, TimeMayGoBackBetweenVmsButNotWithinOne) {
  EXPECT_EQ(mistake("time_s,vm,need_mib\n5,a,1\n4,b,1\n6,a,1\n"), "");
}

TEST_F(TraceCsv, ReadsGzipAndSaysWhereABrokenOneEnds) {
  const std::string path = gzip_of(20'000);
  const auto trace = Trace::read({path});
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->rows(), 20'000u);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  const auto half = Trace::read({path});
  ASSERT_FALSE(half);
  EXPECT_NE(half.error().message.find("t.csv.gz: after line "), std::string::npos) << half.error().message;
}

TEST_F(TraceCsv, SaysOfAFileCutAnywhereThatItIsCut) {
  const std::string path = gzip_of(2'000);
  for (auto size = std::filesystem::file_size(path) - 1; size > 200; size = size * 9 / 10) {
    std::filesystem::resize_file(path, size);
    const auto cut = Trace::read({path});
    ASSERT_FALSE(cut) << size;
    EXPECT_NE(cut.error().message.find("unexpected end of file"), std::string::npos) << cut.error().message;
    EXPECT_EQ(cut.error().message.find(path), cut.error().message.rfind(path)) << "named twice";
  }
}

// Damaged data are often found only after lines that make no sense: those are not what is wrong.
TEST_F(TraceCsv, SaysOfADamagedFileThatItIsDamagedWhateverItsLinesSay) {
  const std::string path = gzip_of(100'000);
  std::ifstream in(path, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t at = 12; at < whole.size(); at += whole.size() / 23) {
    std::string damaged = whole;
    for (std::size_t i = at; i < std::min(at + 4, whole.size()); ++i)
      damaged[i] = static_cast<char>(~damaged[i]);
    const auto trace = Trace::read({file("t.csv.gz", damaged)});
    ASSERT_FALSE(trace) << at;
    const std::string& said = trace.error().message;
    EXPECT_NE(said.find("is it a whole gzip file?"), std::string::npos) << at << ": " << said;
    EXPECT_EQ(said.find("line 0"), std::string::npos) << said;
    EXPECT_EQ(said.find(path), said.rfind(path)) << "named twice: " << said;
  }
}

TEST_F(TraceCsv, TakesALastLineWithoutAnEnd) {
  const std::string text = "time_s,vm,need_mib\n0,a,1\n100,a,2";
  const std::string packed = (folder_ / "t.csv.gz").string();
  gzFile out = gzopen(packed.c_str(), "wb");
  gzputs(out, text.c_str());
  gzclose(out);
  for (const std::string& path : {file("t.csv", text), packed}) {
    const auto trace = Trace::read({path});
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_EQ(trace->vms().at(0).last_s, 100);
  }
}

TEST_F(TraceCsv, RowsComeBackAsTheyWereWritten) {
  std::string text = "time_s,vm,need_mib\n";
  for (int i = 0; i < 1000; ++i)
    text += std::to_string(i) + ",a," + std::to_string(i * 3) + "\n" + std::to_string(i) + ",b,1\n";
  const auto trace = Trace::read({file("t.csv", text)});
  ASSERT_TRUE(trace);
  RowCursor cursor(*trace, 0);
  Row row{};
  int at = 0;
  while (cursor.next(row)) {
    ASSERT_EQ(row.time_s, at);
    ASSERT_EQ(row.need_mib, static_cast<float>(at * 3));
    ++at;
  }
  EXPECT_EQ(at, 1000);
}

}  // namespace
}  // namespace aerostat::sim
