#include "cli/command_line.h"

#include <gtest/gtest.h>

#include <sstream>

#include "client/scripted_daemon.h"

namespace aerostat {
namespace {

struct Ran {
  int status;
  std::string out, err;
};

Ran run(std::vector<std::string> args, const std::string& socket = "/tmp/nowhere/api.sock") {
  args.insert(args.end(), {"--socket", socket});
  std::ostringstream out, err;
  const int status = run_command_line(args, {out, err, false, false});
  return {status, out.str(), err.str()};
}

TEST(CommandLine, WrongUsageIsTwoAndOneSentence) {
  EXPECT_EQ(run({}).err, "aerostat: no command given; try `aerostat list`, or see aerostat --help\n");
  EXPECT_EQ(run({"set", "web"}).err,
            "aerostat: nothing to set; name at least one of --mode, --startup, --minimum, --maximum, "
            "--buffer, --weight, --unset\n");
  EXPECT_EQ(run({"set", "web", "--minimum", "12"}).err,
            "aerostat: --minimum: '12' is not a memory size: the unit is missing; write it like 512M, 2G or "
            "1.5GiB; see aerostat set "
            "--help\n");
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{},
                                             {"lst"},
                                             {"show"},
                                             {"show", "a/b"},
                                             {"show", "web", "more"},
                                             {"set", "web"},
                                             {"set", "web", "--weight", "10001"},
                                             {"set", "web", "--buffer", "x"},
                                             {"set", "web", "--mode", "magic"},
                                             {"list", "--columns", "nothing"},
                                             {"list", "--watch", "0"},
                                             {"list", "--watch", "soon"},
                                             {"explain", "web", "--last", "0"},
                                             {"events", "--after", "-1"},
                                             {"list", "show", "web"},
                                             {"qemu-args", "web"},
                                             {"qemu-args", "web", "--startup", "2G", "--maximum", "1G"}}) {
    const Ran ran = run(wrong);
    EXPECT_EQ(ran.status, 2) << testing::PrintToString(wrong);
    EXPECT_EQ(ran.out, "") << testing::PrintToString(wrong);
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  }
}

// What follows "Subcommands:", by name.
std::vector<std::string> commands_of(const std::string& help) {
  std::vector<std::string> out;
  std::istringstream lines(help.substr(help.find("Subcommands:")));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && line.starts_with("  ")) {
    if (line[2] != ' ') out.push_back(line.substr(2, line.find(' ', 2) - 2));
  }
  return out;
}

TEST(CommandLine, EachCommandHasItsOwnHelp) {
  std::vector<std::vector<std::string>> commands;
  for (const std::string& name : commands_of(run({"--help"}).out)) commands.push_back({name});
  ASSERT_GT(commands.size(), 20u);
  for (const std::string& name : commands_of(run({"token", "--help"}).out))
    commands.push_back({"token", name});
  for (std::vector<std::string> words : commands) {
    const std::string command = words.size() == 1 ? words[0] : words[0] + " " + words[1];
    words.emplace_back("--help");
    const std::string help = run(words).out;
    EXPECT_EQ(help.find("all VMs, updated every 2 seconds"), std::string::npos)
        << command << " shows the examples of all commands";
    if (command == "libvirt-hook") continue;  // nobody types it
    EXPECT_NE(help.find("Example"), std::string::npos) << command;
    EXPECT_EQ(help.find(":VM"), std::string::npos) << command;
  }
}

TEST(CommandLine, ATokenIsNoVm) {
  EXPECT_EQ(run({"token", "create", "../x"}).err,
            "aerostat: NAME: '../x' is not a valid name of a token: use 1 to 64 letters, digits, spaces and "
            ". _ - + "
            "@ ( ), not beginning with '.', '-' or a space; see aerostat token --help\n");
}

TEST(CommandLine, ExplainAlsoTellsWhoAskedForChanges) {
  const std::string decisions = http_reply(
      "200 OK",
      R"({"items":[{"time":"t1","rule":"hold","from_bytes":1,"to_bytes":1,"why":"it has enough"}]})");
  const std::string events = http_reply(
      "200 OK",
      R"({"items":[{"time":"t2","code":"vm.settings","vm":"web","text":"weight 7","by":"user 1000"},)"
      R"({"time":"t3","code":"vm.grow","vm":"web","text":"grows","by":null},)"
      R"({"time":"t4","code":"vm.settings","vm":"db","text":"weight 8","by":"user 1000"}]})");
  const std::string nothing_of_its_guest = http_reply("200 OK", R"({"items":[]})");
  ScriptedDaemon daemon({decisions, nothing_of_its_guest, events});
  const std::string out = run({"explain", "web", "--last", "1"}, daemon.socket).out;
  EXPECT_NE(out.find("\nAsked for:\nt2  vm.settings       web           weight 7 (by user 1000)\n"),
            std::string::npos)
      << out;
  EXPECT_EQ(out.find("t3"), std::string::npos);
  EXPECT_EQ(out.find("t4"), std::string::npos);
}

TEST(CommandLine, SaysWhatWasProbablyMeant) {
  EXPECT_EQ(run({"lst"}).err, "aerostat: unknown command 'lst'; did you mean 'list'?; see aerostat --help\n");
  EXPECT_EQ(run({"set", "web", "--minumum", "1G"}).err,
            "aerostat: unknown option --minumum; did you mean '--minimum'?; see aerostat set --help\n");
  EXPECT_EQ(run({"show", "web", "more"}).err, "aerostat: 'more' is unexpected; see aerostat show --help\n");
}

TEST(CommandLine, ABufferMayBeWrittenWithItsSign) {
  for (const char* written : {"20", "20%", "20 %"}) {
    ScriptedDaemon daemon({http_reply("200 OK", R"({"name":"web"})")});
    EXPECT_EQ(run({"set", "web", "--buffer", written}, daemon.socket).status, 0);
    EXPECT_TRUE(daemon.requests[0].ends_with("{\"buffer_percent\":20}")) << daemon.requests[0];
  }
  EXPECT_EQ(
      run({"set", "web", "--buffer", "2%"}).err,
      "aerostat: --buffer: '2%' is not an integer percentage from 5 to 2000; see aerostat set --help\n");
}

TEST(CommandLine, ResizeWaitsUntilTheVmHasIt) {
  const auto vm = [](const char* has) {
    return http_reply(
        "200 OK", std::string(R"({"name":"web","assigned_bytes":)") + has + R"(,"target_bytes":2147483648})");
  };
  ScriptedDaemon daemon({vm("1073741824"), vm("1610612736"), vm("2147483648")});
  const Ran ran = run({"resize", "web", "2G"}, daemon.socket);
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.err, "web: 1.00 GiB -> 2.00 GiB\n");
  EXPECT_EQ(ran.out, "web: has 2.00 GiB\n");
  EXPECT_TRUE(daemon.requests[0].starts_with("POST /v1/vms/web/resize HTTP/1.1\r\n")) << daemon.requests[0];
  EXPECT_TRUE(daemon.requests[0].ends_with(R"({"memory_bytes":2147483648})"));
  ScriptedDaemon slow({vm("1073741824")});
  const Ran waits = run({"resize", "web", "2G", "--wait", "0"}, slow.socket);
  EXPECT_EQ(waits.status, 1);
  EXPECT_TRUE(waits.out.starts_with("web: asked for 2.00 GiB, and has 1.00 GiB so far;")) << waits.out;
}

TEST(CommandLine, ListAllAsksForVmsThatAreOffToo) {
  ScriptedDaemon daemon({http_reply("200 OK", "{}"), http_reply("200 OK", "[]")});
  EXPECT_EQ(run({"list", "--all"}, daemon.socket).status, 0);
  EXPECT_TRUE(daemon.requests[1].starts_with("GET /v1/vms?all=1 HTTP/1.1\r\n")) << daemon.requests[1];
}

TEST(CommandLine, TheDoctorsStatusIsForScripts) {
  const auto found = [](const char* severity) {
    return http_reply("200 OK", std::string(R"({"items":[{"check":"clock","severity":")") + severity +
                                    R"(","vm":null,"text":"a sentence"}],"next":null})");
  };
  ScriptedDaemon daemon({found("ok"), found("note"), found("warning"), found("problem"),
                         http_reply("404 Not Found", R"({"error":{"text":"there is no VM 'web'"}})")});
  EXPECT_EQ(run({"doctor"}, daemon.socket).status, 0);
  EXPECT_EQ(run({"doctor"}, daemon.socket).status, 0);
  EXPECT_EQ(run({"doctor"}, daemon.socket).status, 1);
  EXPECT_EQ(run({"doctor", "--json"}, daemon.socket).status, 1);
  EXPECT_EQ(run({"doctor", "web"}, daemon.socket).status, 1);
  EXPECT_TRUE(daemon.requests[4].starts_with("GET /v1/vms/web/doctor HTTP/1.1\r\n")) << daemon.requests[4];
  const Ran none = run({"doctor"});
  EXPECT_EQ(none.status, 3);
  EXPECT_TRUE(none.out.starts_with("host\n  problem   daemon: aerostatd is not reached")) << none.out;
}

TEST(CommandLine, AnUnreachableDaemonIsThree) {
  const Ran ran = run({"list"});
  EXPECT_EQ(ran.status, 3);
  EXPECT_EQ(ran.err,
            "aerostat: aerostatd cannot be reached: there is no socket /tmp/nowhere/api.sock; start "
            "aerostatd, or name its "
            "socket with --socket\n");
}

TEST(CommandLine, ARefusalIsOneWithTheDaemonsSentence) {
  ScriptedDaemon daemon(
      {http_reply("409 Conflict", R"({"code":"refused","detail":"the minimum \u001b[2J is too high"})"),
       http_reply("500 Internal Server Error", "<html>"), http_reply("200 OK", "<html>")});
  const Ran refused = run({"set", "web", "--minimum", "1G"}, daemon.socket);
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(refused.err, "aerostat: the minimum ?[2J is too high\n");
  EXPECT_EQ(run({"pause"}, daemon.socket).err,
            "aerostat: aerostatd answered with status 500 and no reason\n");
  EXPECT_EQ(run({"host"}, daemon.socket).err,
            "aerostat: aerostatd answered with something that is not JSON\n");
}

TEST(CommandLine, SetSendsOnlyWhatWasGiven) {
  ScriptedDaemon daemon({http_reply("200 OK", R"({"name":"web","mode":"dynamic"})")});
  const Ran ran = run({"set", "web", "--mode", "dynamic", "--minimum", "256M", "--weight", "0", "--dry-run"},
                      daemon.socket);
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_TRUE(daemon.requests[0].starts_with("PATCH /v1/vms/web?dry_run=1 HTTP/1.1\r\n"))
      << daemon.requests[0];
  EXPECT_TRUE(
      daemon.requests[0].ends_with("\r\n\r\n{\"mode\":\"dynamic\",\"minimum_bytes\":\"256M\",\"weight\":0}"))
      << daemon.requests[0];
  EXPECT_NE(ran.out.find("(dry run: "), std::string::npos);
}

TEST(CommandLine, SetSendsNullForWhatIsUnset) {
  ScriptedDaemon daemon({http_reply("200 OK", R"({"name":"web"})")});
  EXPECT_EQ(run({"set", "web", "--weight", "7", "--unset", "buffer,maximum"}, daemon.socket).status, 0);
  EXPECT_TRUE(
      daemon.requests[0].ends_with("\r\n\r\n{\"weight\":7,\"buffer_percent\":null,\"maximum_bytes\":null}"))
      << daemon.requests[0];
  const Ran both = run({"set", "web", "--buffer", "20", "--unset", "buffer"});
  EXPECT_EQ(both.status, 2);
  EXPECT_NE(both.err.find("--buffer and --unset buffer exclude each other"), std::string::npos) << both.err;
  EXPECT_EQ(run({"set", "web", "--unset", "buffers"}).status, 2);
}

TEST(CommandLine, ListAsksForTheHostAndTheVms) {
  ScriptedDaemon daemon(
      {http_reply("200 OK", R"({"vms":1})"),
       http_reply("200 OK", R"({"items":[{"name":"web","assigned_bytes":1048576}],"next":null})")});
  const Ran ran = run({"list", "--columns", "name,assigned"}, daemon.socket);
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.out,
            "NAME  ASSIGNED\nweb      1 MiB\n1 VM; capacity -: - committed, - kept for the host, - free.\n");
}

TEST(CommandLine, JsonIsWhatTheDaemonSaid) {
  const std::string list = R"({"items":[{"name":"web"}],"next":null})"
                           "\n",
                    none = R"({"items":[],"next":null})"
                           "\n";
  ScriptedDaemon daemon({http_reply("200 OK", list), http_reply("200 OK", none)});
  EXPECT_EQ(run({"list", "--json"}, daemon.socket).out, list);
  EXPECT_EQ(run({"--json", "explain", "web", "--last", "3"}, daemon.socket).out, none);
  EXPECT_TRUE(daemon.requests[1].starts_with("GET /v1/vms/web/decisions?limit=3 HTTP/1.1\r\n"));
}

TEST(CommandLine, AWatchedListGoesOnUntilTheDaemonIsGone) {
  const std::string host = http_reply("200 OK", "{}"), vms = http_reply("200 OK", "[]");
  ScriptedDaemon daemon({host, vms, host, vms, "gone"});
  const Ran ran = run({"list", "--watch", "0.1"}, daemon.socket);
  EXPECT_EQ(ran.status, 3);
  EXPECT_EQ(daemon.requests.size(), 5u);
  EXPECT_EQ(ran.out.find('\033'), std::string::npos);  // not a terminal
}

TEST(CommandLine, HelpAndVersionNeedNothing) {
  const Ran help = run({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_NE(help.out.find("Examples:"), std::string::npos);
  EXPECT_EQ(run({"--version"}).out, "aerostat " AEROSTAT_VERSION "\n");
  for (const char* command :
       {"list", "show", "set", "explain", "events", "host", "reactions", "pause", "resume", "qemu-args"}) {
    EXPECT_EQ(run({command, "--help"}).status, 0) << command;
  }
}

TEST(CommandLine, QemuArgsNeedsNoDaemon) {
  const Ran ran = run({"qemu-args", "web", "--startup", "384M", "--maximum", "1G", "--json"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_TRUE(ran.out.starts_with("[\"-name\",\"web\",\"-m\",\"size=384M,maxmem=1024M\",")) << ran.out;
}

}  // namespace
}  // namespace aerostat
