#include "cli/starts.h"

#include <gtest/gtest.h>

#include <sstream>

#include "client/scripted_daemon.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;

std::string start(const std::string& state) {
  return http_reply("200 OK", R"({"vm":"web","state":")" + state + R"(","why":"because"})");
}

struct Asked {
  int status = 0;
  std::string out, err;
  std::chrono::milliseconds waited{0};
};

// `socket`: of a scripted daemon, or of none.
Asked gate(const std::string& socket, Unreached unreached = Unreached::Start) {
  Asked out;
  std::ostringstream told, complained;
  Starts starts(Client(socket, 500ms), {told, complained},
                [&](std::chrono::milliseconds time) { out.waited += time; });
  StartRequest request;
  request.vm = "web";
  request.memory = 2_GiB;
  request.wait = 60s;
  out.status = starts.gate({request, unreached});
  out.out = told.str();
  out.err = complained.str();
  return out;
}

TEST(Starts, WaitUntilTheMemoryIsThereAndTellEachStateOnce) {
  ScriptedDaemon daemon({start("waiting"), start("waiting"), start("gathering"), start("ready")});
  const Asked asked = gate(daemon.socket);
  EXPECT_EQ(asked.status, 0);
  EXPECT_EQ(asked.err, "web: waiting: because\nweb: gathering: because\n");
  EXPECT_EQ(asked.out, "web: ready: because\n");
  ASSERT_EQ(daemon.requests.size(), 4u);
  EXPECT_TRUE(daemon.requests[0].ends_with(R"({"vm":"web","memory_bytes":2147483648,"wait_seconds":60})"));
  EXPECT_TRUE(daemon.requests[1].starts_with("GET /v1/reservations/web HTTP/1.1\r\n"));
}

TEST(Starts, ARefusalIsSaidAndNothingStarts) {
  ScriptedDaemon daemon({start("gathering"), start("refused")});
  const Asked asked = gate(daemon.socket);
  EXPECT_EQ(asked.status, 1);
  EXPECT_EQ(asked.out, "");
  EXPECT_EQ(asked.err, "web: gathering: because\naerostat: web: refused: because\n");
}

TEST(Starts, ADaemonThatForgotIsAskedAgain) {
  const std::string unknown = http_reply("404 Not Found", R"({"code":"not-found","detail":"nobody"})");
  ScriptedDaemon daemon({start("waiting"), unknown, start("ready")});
  EXPECT_EQ(gate(daemon.socket).status, 0);
  EXPECT_TRUE(daemon.requests[2].starts_with("POST "));
}

TEST(Starts, WithoutADaemonTheyGoOnOrNotAsTheirOwnerSaid) {
  const Asked open = gate("/tmp/nowhere/api.sock");
  EXPECT_EQ(open.status, 0);
  EXPECT_EQ(open.waited, Starts::kAwayFor) << "a restart takes a second, and nobody should wait for ever";
  EXPECT_NE(open.err.find("web starts without a promise of memory"), std::string::npos) << open.err;
  EXPECT_EQ(gate("/tmp/nowhere/api.sock", Unreached::Refuse).status, 3);
}

TEST(Starts, ADaemonThatHangsHoldsAStartUpNoLongerThanOneThatIsAway) {
  ScriptedDaemon daemon(std::vector<std::string>(20));
  EXPECT_EQ(gate(daemon.socket).status, 0);
  EXPECT_LE(daemon.requests.size(), 6u) << "each waits half a second, and the time between them";
}

// Whoever cannot ask follows the owner's rule, whatever the reason.
TEST(Starts, WhoeverCannotAskFollowsOneRule) {
  const std::string reason = R"({"code":"denied","detail":"changing is for the group aerostat"})";
  for (const std::string& reply :
       {http_reply("403 Forbidden", reason), http_reply("401 Unauthorized", reason),
        http_reply("400 Bad Request", reason), http_reply("500 Internal Server Error", reason),
        http_reply("503 Service Unavailable", reason), http_reply("200 OK", "[]"),
        http_reply("200 OK", "junk"), http_reply("200 OK", R"({"state":"dreaming"})")}) {
    ScriptedDaemon opens({reply});
    const Asked open = gate(opens.socket);
    EXPECT_EQ(open.status, 0) << reply;
    EXPECT_NE(open.err.find("web starts without a promise of memory"), std::string::npos) << open.err;
    EXPECT_EQ(open.waited, 0ms) << "asking again would not help";
    ScriptedDaemon closes({reply});
    EXPECT_NE(gate(closes.socket, Unreached::Refuse).status, 0) << reply;
  }
}

TEST(Starts, ARefusalOfTheMemoryIsNoMatterOfThatRule) {
  ScriptedDaemon daemon({http_reply("409 Conflict", R"({"code":"refused","detail":"the host has 1 GiB"})")});
  const Asked asked = gate(daemon.socket);
  EXPECT_EQ(asked.status, 1);
  EXPECT_EQ(asked.err, "aerostat: the host has 1 GiB\n");
}

TEST(MemoryOfQemu, IsReadFromItsCommandLine) {
  EXPECT_EQ(memory_of_qemu({"qemu", "-m", "512"}), 512_MiB);
  EXPECT_EQ(memory_of_qemu({"qemu", "-m", "1.5G", "-nographic"}), 1536_MiB);
  EXPECT_EQ(memory_of_qemu({"qemu", "-m", "size=1G,slots=2,maxmem=4G"}), 1_GiB);
  EXPECT_EQ(memory_of_qemu({"qemu", "-m", "384M,maxmem=4G"}), 384_MiB);
  for (const char* size : {"", "much", "-1", "0", "maxmem=4G"})
    EXPECT_FALSE(memory_of_qemu({"qemu", "-m", size})) << size;
  EXPECT_FALSE(memory_of_qemu({"qemu", "-m"}));
  EXPECT_FALSE(memory_of_qemu({"qemu"}));
}

}  // namespace
}  // namespace aerostat
