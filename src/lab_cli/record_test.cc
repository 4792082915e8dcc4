#include "lab_cli/record.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/temporary_folder.h"
#include "client/scripted_daemon.h"
#include "console/exit_status.h"
#include "console/gzip.h"
#include "sim/trace/recording_csv.h"

namespace aerostat {
namespace {

const std::string kSample =
    R"({"name":"web","assigned_bytes":1073741824,"demand_bytes":524288000,"sample_age_s":0.25,"total_bytes":1048576000,)"
    R"("free_bytes":104857600,"available_bytes":314572800,"active_file_bytes":1048576,"inactive_file_bytes":2097152,)"
    R"("swap_total_bytes":8192,"swap_free_bytes":4096,"promised_bytes":2048,"swap_in_pages":1,"swap_out_pages":2,)"
    R"("major_faults":3,"refault_file_pages":4,"refault_anon_pages":null,"oom_kills":0,"psi_some_us":5,"psi_full_us":6})";

class RecordTest : public testing::Test {
 protected:
  // With a clock of its own that only waiting moves.
  int run(const std::string& socket, std::vector<std::string> args) {
    CLI::App app;
    const Record record(app);
    args.insert(args.begin(), "record");
    app.parse(std::vector<std::string>(args.rbegin(), args.rend()));
    double now = 100;
    const auto wait = [&](double seconds) {
      now += seconds;
      return --waits_left_ >= 0;
    };
    return record.run(Client(socket), {out_, err_, false, false}, wait, [&] { return now; });
  }
  std::string file(const std::string& name) const { return folder_ + "/" + name; }
  std::string text(const std::string& name) const {
    std::ifstream in(file(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::vector<recording::Row> rows(const std::string& name) const {
    std::vector<recording::Row> out;
    const auto read = sim::read_recording(file(name), [&](const recording::Row& row) {
      out.push_back(row);
      return Result<void>{};
    });
    EXPECT_TRUE(read) << read.error().message;
    return out;
  }

  const TemporaryFolder temporary_;
  const std::string& folder_ = temporary_.path();
  std::ostringstream out_, err_;
  int waits_left_ = 1000;
};

TEST_F(RecordTest, WritesARowEachPeriodUntilItsTimeIsUp) {
  ScriptedDaemon daemon(std::vector<std::string>(3, http_reply("200 OK", kSample)));
  EXPECT_EQ(run(daemon.socket, {"web", file("a.csv"), "--every", "500ms", "--for", "1s"}), kDone)
      << err_.str();
  EXPECT_EQ(daemon.requests.size(), 3u);
  EXPECT_TRUE(daemon.requests[0].starts_with("GET /v1/vms/web/sample HTTP/1.1\r\n"));
  const auto got = rows("a.csv");
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[1].ms - got[0].ms, 500);
  EXPECT_EQ(got[0].total, 1'024'000);
  EXPECT_EQ(got[0].used, 1'024'000 - 102'400);
  EXPECT_EQ(got[0].swap_used, 4);
  EXPECT_EQ(got[0].assigned, 1 << 20);
  EXPECT_EQ(got[0].demand, 512'000);
  EXPECT_EQ(got[0].age_ms, 250);
  EXPECT_EQ(got[0].refault_file, 4);
  EXPECT_FALSE(got[0].refault_anon || got[0].anon);
  EXPECT_NE(err_.str().find("3 rows in "), std::string::npos);
}

TEST_F(RecordTest, APressedKeyEndsAGzipFileThatCanBeRead) {
  ScriptedDaemon daemon(std::vector<std::string>(2, http_reply("200 OK", kSample)));
  waits_left_ = 1;
  EXPECT_EQ(run(daemon.socket, {"web", file("a.csv.gz")}), kDone);
  EXPECT_EQ(text("a.csv.gz").substr(0, 2), "\x1f\x8b");
  EXPECT_EQ(rows("a.csv.gz").size(), 2u);
}

TEST_F(RecordTest, PrintsToStandardOutput) {
  ScriptedDaemon daemon({http_reply("200 OK", kSample)});
  waits_left_ = 0;
  EXPECT_EQ(run(daemon.socket, {"web", "-"}), kDone);
  EXPECT_TRUE(out_.str().starts_with("time_s,total_kib,")) << out_.str();
  EXPECT_TRUE(out_.str().ends_with(",1048576,512000,250\n")) << out_.str();
  EXPECT_EQ(err_.str(), "");
}

TEST_F(RecordTest, RefusesToWriteOverAFileUnlessTold) {
  std::ofstream(file("a.csv")) << "precious";
  ScriptedDaemon daemon(std::vector<std::string>(2, http_reply("200 OK", kSample)));
  EXPECT_EQ(run(daemon.socket, {"web", file("a.csv")}), kFailed);
  EXPECT_EQ(err_.str(), "aerostat: cannot write " + file("a.csv") +
                            ": File exists; name another file, or overwrite it with --force\n");
  EXPECT_EQ(text("a.csv"), "precious");
  waits_left_ = 0;
  EXPECT_EQ(run(daemon.socket, {"web", file("a.csv"), "--force"}), kDone);
  EXPECT_EQ(rows("a.csv").size(), 1u);
}

TEST_F(RecordTest, AVmThatIsNotThereLeavesNoFile) {
  const std::string no = R"({"code":"not-found","detail":"no VM named 'wbe' is running"})";
  ScriptedDaemon daemon({http_reply("404 Not Found", no)});
  EXPECT_EQ(run(daemon.socket, {"wbe", file("a.csv")}), kFailed);
  EXPECT_EQ(err_.str(), "aerostat: no VM named 'wbe' is running\n");
  EXPECT_FALSE(std::filesystem::exists(file("a.csv")));
  EXPECT_EQ(run("/tmp/nowhere/api.sock", {"web", file("a.csv")}), kNotReached);
  EXPECT_FALSE(std::filesystem::exists(file("a.csv")));
}

TEST_F(RecordTest, EndsWhenTheVmGoes) {
  const std::string no = R"({"code":"not-found","detail":"no VM named 'web' is running"})";
  ScriptedDaemon daemon({http_reply("200 OK", kSample), http_reply("404 Not Found", no)});
  EXPECT_EQ(run(daemon.socket, {"web", file("a.csv")}), kDone);
  EXPECT_EQ(rows("a.csv").size(), 1u);
  EXPECT_NE(err_.str().find("1 rows in "), std::string::npos);
  EXPECT_NE(err_.str().find("no VM named 'web' is running"), std::string::npos);
}

TEST_F(RecordTest, WaitsForADaemonThatRestartsButNotForEver) {
  {
    ScriptedDaemon daemon({http_reply("200 OK", kSample), "broken", http_reply("200 OK", kSample)});
    waits_left_ = 2;
    EXPECT_EQ(run(daemon.socket, {"web", file("a.csv")}), kDone);
    EXPECT_EQ(rows("a.csv").size(), 2u);  // the row between is left out
  }
  // From now on nothing but broken answers: half a minute by its own clock.
  ScriptedDaemon daemon([] {
    std::vector<std::string> replies(100, "broken");
    replies[0] = http_reply("200 OK", kSample);
    return replies;
  }());
  waits_left_ = 1000;
  EXPECT_EQ(run(daemon.socket, {"web", file("b.csv"), "--every", "1s"}), kNotReached);
  EXPECT_EQ(rows("b.csv").size(), 1u);
}

TEST(Gzip, AFlushedPartCanBeReadBeforeTheEnd) {
  Gzip gzip;
  EXPECT_EQ(gzip.add("time_s,used_kib\n").find("time_s"), std::string::npos);
  EXPECT_FALSE(gzip.add("1,2\n", true).empty());
  EXPECT_FALSE(gzip.finish().empty());
}

}  // namespace
}  // namespace aerostat
