#include "cli/libvirt_hook.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/temporary_folder.h"
#include "client/scripted_daemon.h"

namespace aerostat {
namespace {

using namespace std::chrono_literals;

constexpr const char* kHookDomain =
    "<domain type='kvm'><name>web</name><uuid>11111111-2222-3333-4444-555555555555</uuid><memory "
    "unit='MiB'>2048</memory><os><type arch='x86_64' "
    "machine='pc-q35-7.2'>"
    "hvm</type></os><devices><memory model='virtio-mem'><target><size "
    "unit='MiB'>1536</size></target></memory>"
    "</devices></domain>";

struct HookRan {
  int status = 0;
  std::string out, err;
};

class Hook : public testing::Test {
 protected:
  void configure(const std::string& socket, const std::string& more = "libvirt = \"true\"\nwait = 5\n") {
    std::ofstream(file) << "[api]\nsocket = \"" << socket << "\"\n[starts]\n" << more;
  }
  HookRan run(const std::vector<std::string>& words, const std::string& xml = kHookDomain) {
    CLI::App app;
    const LibvirtHook hook(app);
    std::vector<std::string> reversed = {file, "--config"};
    reversed.insert(reversed.end(), words.rbegin(), words.rend());
    reversed.push_back("libvirt-hook");
    app.parse(reversed);
    std::istringstream in(xml);
    std::ostringstream out, err;
    HookRan ran;
    ran.status = hook.run(in, {out, err}, [this](std::chrono::milliseconds time) { waited += time; });
    ran.out = out.str();
    ran.err = err.str();
    return ran;
  }
  static std::string start(const std::string& state) {
    return http_reply("200 OK", R"({"vm":"web","state":")" + state + R"(","why":"because"})");
  }

  TemporaryFolder folder;
  std::chrono::milliseconds waited{0};
  std::string file = folder.path() + "/aerostat.toml";
};

TEST_F(Hook, AsksForWhatTheDomainBootsWith) {
  ScriptedDaemon daemon({start("ready")});
  configure(daemon.socket);
  EXPECT_EQ(run({"web", "prepare", "begin", "-"}).status, 0);
  ASSERT_EQ(daemon.requests.size(), 1u);
  EXPECT_TRUE(daemon.requests[0].ends_with(
      R"({"vm":"web","memory_bytes":536870912,"wait_seconds":5,"lasts_seconds":300})"))
      << daemon.requests[0];
}

TEST_F(Hook, ARefusalKeepsTheDomainFromStartingAndSaysWhy) {
  ScriptedDaemon daemon({start("refused")});
  configure(daemon.socket);
  const HookRan ran = run({"web", "prepare", "begin", "-"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.err, "aerostat: web: because\n");
}

TEST_F(Hook, HoldsLibvirtUpForAMomentOnlyAndThenLeavesTheStartToTheDaemon) {
  std::vector<std::string> answers(14, start("gathering"));
  ScriptedDaemon daemon(answers);
  configure(daemon.socket);
  const HookRan ran = run({"web", "prepare", "begin", "-"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err,
            "aerostat: web: because; aerostatd starts it when its memory is there (aerostat reservations)\n");
  EXPECT_EQ(waited, 3000ms) << "virsh list waits as long";
  EXPECT_TRUE(daemon.requests.back().starts_with("POST ")) << daemon.requests.back();
  EXPECT_NE(daemon.requests.back().find(R"("domain":"11111111-2222-3333-4444-555555555555")"),
            std::string::npos);
}

TEST_F(Hook, ADomainHasOneStarterAlsoWhereItsMemoryCameThisMoment) {
  std::vector<std::string> answers(13, start("gathering"));
  answers.push_back(start("ready"));
  ScriptedDaemon daemon(answers);
  configure(daemon.socket);
  const HookRan ran = run({"web", "prepare", "begin", "-"});
  EXPECT_TRUE(daemon.requests.back().starts_with("POST ")) << "that asks the daemon to start it";
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.err.find("aerostatd starts it when its memory is there"), std::string::npos) << ran.err;
}

TEST_F(Hook, AMigrationOrARestoreIsNeverTurnedIntoABoot) {
  for (const char* arrives : {"migrate", "restore"}) {
    ScriptedDaemon daemon(std::vector<std::string>(14, start("waiting")));
    configure(daemon.socket);
    const HookRan ran = run({"web", arrives, "begin", "-"});
    EXPECT_EQ(ran.status, 1);
    EXPECT_EQ(ran.out, "") << "libvirt would take it for another definition";
    EXPECT_TRUE(daemon.requests.back().starts_with("DELETE ")) << daemon.requests.back();
    EXPECT_EQ(ran.err, "aerostat: web: because\n");
  }
}

TEST_F(Hook, WhatTheDaemonWillStartIsNotGivenUpWithTheRefusedStart) {
  ScriptedDaemon daemon({http_reply("200 OK", R"({"vm":"web","state":"waiting","domain":"1111"})")});
  configure(daemon.socket);
  EXPECT_EQ(run({"web", "release", "end", "-"}).status, 0);
  ASSERT_EQ(daemon.requests.size(), 1u);
  EXPECT_TRUE(daemon.requests[0].starts_with("GET "));
}

TEST_F(Hook, DoesNothingUntilItIsSwitchedOn) {
  EXPECT_EQ(run({"web", "prepare", "begin", "-"}).err, "") << "there is no configuration";
  configure("/tmp/nowhere/api.sock", "");
  const HookRan off = run({"web", "prepare", "begin", "-"});
  EXPECT_EQ(off.status, 0);
  EXPECT_EQ(off.err, "");
  configure("/tmp/nowhere/api.sock");
  for (const char* other : {"start", "started", "stopped", "reconnect"})
    EXPECT_EQ(run({"web", other, "begin", "-"}).err, "") << other;
}

TEST_F(Hook, WithoutADaemonTheConfigurationDecides) {
  configure("/tmp/nowhere/api.sock");
  const HookRan open = run({"web", "prepare", "begin", "-"});
  EXPECT_EQ(open.status, 0);
  EXPECT_NE(open.err.find("web starts without a promise of memory"), std::string::npos) << open.err;
  configure("/tmp/nowhere/api.sock", "libvirt = \"true\"\nwithout_daemon = \"refuse\"\n");
  EXPECT_NE(run({"web", "prepare", "begin", "-"}).status, 0);
}

TEST_F(Hook, WhereTheDaemonCannotStartItNothingIsKept) {
  std::vector<std::string> answers(13, start("gathering"));
  answers.push_back(http_reply("409 Conflict", R"({"code":"refused","detail":"there is no libvirt"})"));
  answers.push_back(start("released"));
  ScriptedDaemon daemon(answers);
  configure(daemon.socket);
  const HookRan ran = run({"web", "prepare", "begin", "-"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.err, "aerostat: web: because; there is no libvirt\n");
  EXPECT_TRUE(daemon.requests.back().starts_with("DELETE ")) << daemon.requests.back();
}

TEST_F(Hook, ADefinitionThatIsTooLongIsSaidToBeSoAndNotCut) {
  std::string xml = kHookDomain;
  xml.insert(xml.find("<os>"), "<metadata>" + std::string(std::size_t{4} << 20, ' ') + "</metadata>");
  configure("/tmp/nowhere/api.sock");
  const HookRan ran = run({"web", "prepare", "begin", "-"}, xml);
  EXPECT_EQ(ran.status, 0);
  EXPECT_NE(ran.err.find("its definition is longer than 4 MiB, the most that is read"), std::string::npos)
      << ran.err;
}

TEST_F(Hook, WhatItCannotUnderstandFollowsTheSameRule) {
  configure("/tmp/nowhere/api.sock", "libvirt = \"true\"\nwithout_daemon = \"refuse\"\n");
  const HookRan ran = run({"web", "prepare", "begin", "-"}, "garbage");
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.err.find("does not start: no memory is promised"), std::string::npos) << ran.err;
}

TEST_F(Hook, WhatItCannotUnderstandStarts) {
  configure("/tmp/nowhere/api.sock");
  for (const char* xml : {"", "<domain/>", "garbage"}) {
    const HookRan ran = run({"web", "prepare", "begin", "-"}, xml);
    EXPECT_EQ(ran.status, 0);
    EXPECT_NE(ran.err.find("starts without a promise of memory"), std::string::npos) << ran.err;
  }
  EXPECT_NE(run({"a/b", "prepare", "begin", "-"}).err.find("its name is no VM name"), std::string::npos);
  std::ofstream(file) << "[starts]\nlibvirt = 7\n";
  EXPECT_EQ(run({"web", "prepare", "begin", "-"}).status, 0);
}

TEST_F(Hook, NothingIsKeptForADomainThatEnded) {
  ScriptedDaemon daemon({start("ready"), start("released")});
  configure(daemon.socket);
  EXPECT_EQ(run({"web", "release", "end", "-"}).status, 0);
  EXPECT_TRUE(daemon.requests[1].starts_with("DELETE /v1/reservations/web ")) << daemon.requests[1];
}

}  // namespace
}  // namespace aerostat
