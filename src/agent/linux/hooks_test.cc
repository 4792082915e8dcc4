// Real programs, and the service's time: two seconds pass at once.
#include "agent/linux/hooks.h"

#include <grp.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "agent/linux/test_tree.h"

namespace aerostat::agent {
namespace {

using When = Hooks::When;

struct Guest {
  Guest() { std::filesystem::permissions(tree.root(), std::filesystem::perms(0755)); }
  void add(const std::string& name, const std::string& script, When when = When::BeforeShrink,
           mode_t mode = 0755) {
    const std::string path = std::string("/etc/aerostat-guest/hooks.d/") +
                             (when == When::BeforeShrink ? "before-shrink/" : "after-growth/") + name;
    tree.write(path, "#!/bin/sh\n" + script + "\n");
    ::chmod((tree.root() + path).c_str(), mode);
  }
  // Runs them to their end; the time of the service stands still.
  Hooks::Done run(Hooks& hooks, When when = When::BeforeShrink, std::int64_t now = 0) {
    hooks.start(when, 1000000, 600000, now);
    return finish(hooks, now);
  }
  static Hooks::Done finish(Hooks& hooks, std::int64_t now) {
    for (;;) {
      if (const Hooks::Done done = hooks.step(now); done.any) return done;
      pollfd wait{hooks.fd(), POLLIN, 0};
      ::poll(&wait, 1, hooks.fd() < 0 ? 1 : 10);
    }
  }
  std::string wrote() const { return tree.read("/out"); }
  std::string out() const { return tree.root() + "/out"; }

  TestTree tree;
  Notices notices;
};

TEST(Hooks, RunByNameWithTheOldAndTheNewSize) {
  Guest g;
  g.add("20-second", "echo second $AEROSTAT_EVENT $AEROSTAT_OLD_KIB $AEROSTAT_NEW_KIB >>" + g.out());
  g.add("10-first", "echo first $1 $2 $# >>" + g.out());
  Hooks hooks(g.tree.root(), "", g.notices);
  ASSERT_TRUE(hooks.any(When::BeforeShrink));
  EXPECT_FALSE(hooks.any(When::AfterGrowth));
  EXPECT_TRUE(g.run(hooks).refusal.empty());
  EXPECT_EQ(g.wrote(), "first 1000000 600000 2\nsecond before-shrink 1000000 600000\n");
  EXPECT_EQ(g.notices.next(), nullptr);
}

TEST(Hooks, AreThereWhileOthersRun) {
  Guest g;
  g.add("10-sleeps", "sleep 1000", When::AfterGrowth);
  Hooks hooks(g.tree.root(), "", g.notices);
  hooks.start(When::AfterGrowth, 1, 2, 0);
  EXPECT_FALSE(hooks.any(When::BeforeShrink));
  g.add("10-one", "exit 0");
  EXPECT_TRUE(hooks.any(When::BeforeShrink));
  EXPECT_TRUE(hooks.there_are(When::BeforeShrink));
  EXPECT_EQ(Guest::finish(hooks, kGrowthHooksDeadline).when, When::AfterGrowth);
  EXPECT_STREQ(g.notices.next()->text.data(), "10-sleeps: took too long, and was ended")
      << "it is the one that ran";
}

TEST(Hooks, WhatIsLeftAloneIsNotToldByEachLook) {
  Guest g;
  g.add("writable", "exit 0", When::BeforeShrink, 0777);
  Hooks hooks(g.tree.root(), "", g.notices);
  EXPECT_FALSE(hooks.there_are(When::BeforeShrink));
  EXPECT_EQ(g.notices.next(), nullptr);
  EXPECT_FALSE(hooks.any(When::BeforeShrink));
  EXPECT_NE(g.notices.next(), nullptr);
}

TEST(Hooks, OneMayRefuseAndSaysWhy) {
  Guest g;
  g.add("10-db", "echo a checkpoint is running; echo more; exit 75");
  g.add("20-cache", "echo ran >" + g.out());
  Hooks hooks(g.tree.root(), "", g.notices);
  const Hooks::Done done = g.run(hooks);
  EXPECT_EQ(done.refusal, "10-db: a checkpoint is running");
  EXPECT_FALSE(done.heard);
  EXPECT_EQ(g.wrote(), "") << "nothing shrinks: the others are not asked";
  g.add("05-cache", "exit 0");
  EXPECT_TRUE(g.run(hooks).heard) << "one has made room";
  g.add("10-db", "exit 0");
  EXPECT_TRUE(g.run(hooks).refusal.empty()) << "an old refusal is forgotten";
}

TEST(Hooks, WhatHasGoneIsToldToAllWhoeverRefuses) {
  Guest g;
  g.add("10-db", "exit 75");
  g.add("20-cache", "echo ran >" + g.out());
  Hooks hooks(g.tree.root(), "", g.notices);
  hooks.start(When::BeforeShrink, 2, 1, 0, false);
  EXPECT_TRUE(Guest::finish(hooks, 0).refusal.empty());
  EXPECT_EQ(g.wrote(), "ran\n");
  EXPECT_EQ(g.notices.next(), nullptr) << "it did not fail";
  EXPECT_FALSE(g.run(hooks).refusal.empty()) << "the next shrink may be refused";
}

TEST(Hooks, GrowthCannotBeRefused) {
  Guest g;
  g.add("10-db", "exit 75", When::AfterGrowth);
  Hooks hooks(g.tree.root(), "", g.notices);
  EXPECT_TRUE(g.run(hooks, When::AfterGrowth).refusal.empty());
}

TEST(Hooks, WhatHangsIsEndedAndRefusesNothing) {
  Guest g;
  g.add("10-hangs", "echo no; trap '' TERM; sleep 1000 & sleep 1000; exit 75");
  g.add("20-late", "echo ran >" + g.out());
  Hooks hooks(g.tree.root(), "", g.notices);
  hooks.start(When::BeforeShrink, 2, 1, 0);
  EXPECT_FALSE(hooks.step(kHooksDeadline - 1).any);
  EXPECT_LE(hooks.due(), kHooksDeadline);
  const Hooks::Done done = Guest::finish(hooks, kHooksDeadline);
  EXPECT_TRUE(done.refusal.empty());
  EXPECT_TRUE(done.late);
  EXPECT_TRUE(done.heard) << "it may have begun";
  EXPECT_EQ(g.wrote(), "") << "their time is over";
  ASSERT_NE(g.notices.next(), nullptr);
  EXPECT_STREQ(g.notices.next()->text.data(), "10-hangs: took too long, and was ended");
  g.notices.drop();
  EXPECT_EQ(g.notices.next(), nullptr) << "that is told, and not how it ended";
}

TEST(Hooks, WhatFailsIsToldAndHoldsNothingUp) {
  Guest g;
  g.add("10-fails", "exit 3");
  g.add("20-next", "echo ran >" + g.out());
  Hooks hooks(g.tree.root(), "", g.notices);
  EXPECT_TRUE(g.run(hooks).refusal.empty());
  EXPECT_EQ(g.wrote(), "ran\n");
  ASSERT_NE(g.notices.next(), nullptr);
  EXPECT_STREQ(g.notices.next()->text.data(), "10-fails: failed with exit status 3");
}

TEST(Hooks, WhatAProgramLeavesBehindEndsWithIt) {
  Guest g;
  g.add("10-leaves", "sleep 1000 >/dev/null & echo $! >" + g.out());
  Hooks hooks(g.tree.root(), "", g.notices);
  EXPECT_TRUE(g.run(hooks).any);
  const std::string pid = g.wrote().substr(0, g.wrote().find('\n'));
  const auto runs = [&pid] {
    std::ifstream in("/proc/" + pid + "/stat");
    std::string number, name, state;
    return static_cast<bool>(in >> number >> name >> state) && state != "Z";
  };
  for (int tries = 0; runs() && tries < 500; ++tries) ::poll(nullptr, 0, 10);
  EXPECT_FALSE(runs());
  ::kill(std::stoi(pid), SIGKILL);
}

TEST(Hooks, WhatIsNoProgramOfTheOwnerIsLeftAlone) {
  Guest g;
  g.add("writable", "echo ran >" + g.out(), When::BeforeShrink, 0777);
  g.add("plain", "echo ran >" + g.out(), When::BeforeShrink, 0644);
  g.add(".hidden", "echo ran >" + g.out());
  g.add("copy~", "echo ran >" + g.out());
  g.add("conf.dpkg-old", "echo ran >" + g.out());
  g.add(std::string(70, 'l'), "echo ran >" + g.out());
  Hooks hooks(g.tree.root(), "", g.notices);
  EXPECT_FALSE(hooks.any(When::BeforeShrink));
  EXPECT_TRUE(g.run(hooks).refusal.empty());
  EXPECT_EQ(g.wrote(), "");
  ASSERT_NE(g.notices.next(), nullptr) << "whoever may write it would run as the service";
  EXPECT_STREQ(g.notices.next()->text.data(), "writable: belongs to another user, or others may write it");
}

TEST(Hooks, AFolderThatOthersMayWriteIsLeftAlone) {
  Guest g;
  g.add("10-one", "exit 75");
  const std::string place = g.tree.root() + "/etc/aerostat-guest";
  Hooks hooks(g.tree.root(), "", g.notices);
  for (const auto& [folder, mode] : {std::pair<std::string, mode_t>{"", 0777},
                                     {"/hooks.d", 0775},  // its group
                                     {"/hooks.d/before-shrink", 0757}}) {
    ::chmod((place + folder).c_str(), mode);
    EXPECT_FALSE(hooks.any(When::BeforeShrink)) << folder;
    ASSERT_NE(g.notices.next(), nullptr) << folder;
    EXPECT_EQ(g.notices.next()->text.data(), std::filesystem::path(place + folder).filename().string() +
                                                 ": belongs to another user, or others may write it");
    g.notices.drop();
    ::chmod((place + folder).c_str(), 0755);
    EXPECT_TRUE(hooks.any(When::BeforeShrink)) << folder;
  }
}

TEST(Hooks, AFolderOfAnotherUserIsLeftAlone) {
  Guest g;
  g.add("10-one", "exit 75");
  if (::chown((g.tree.root() + "/etc/aerostat-guest").c_str(), 65534, 65534) != 0)
    GTEST_SKIP() << "only root can give a folder away";
  Hooks hooks(g.tree.root(), "", g.notices);
  EXPECT_FALSE(hooks.any(When::BeforeShrink)) << "its owner could put another hooks.d there";
}

TEST(Hooks, NoLinkIsFollowed) {
  Guest g;
  g.tree.write("/elsewhere/hooks.d/before-shrink/10-one", "#!/bin/sh\necho ran >" + g.out() + "\n");
  ::chmod((g.tree.root() + "/elsewhere/hooks.d/before-shrink/10-one").c_str(), 0755);
  const std::filesystem::path root(g.tree.root());
  Hooks hooks(g.tree.root(), "", g.notices);
  for (const std::string link : {"", "/hooks.d", "/hooks.d/before-shrink", "/hooks.d/before-shrink/10-one"}) {
    const std::filesystem::path here(g.tree.root() + "/etc/aerostat-guest" + link);
    std::filesystem::remove_all(root / "etc");
    std::filesystem::create_directories(here.parent_path());
    std::filesystem::create_symlink(g.tree.root() + "/elsewhere" + link, here);
    EXPECT_FALSE(hooks.any(When::BeforeShrink)) << link;
    EXPECT_TRUE(g.run(hooks).refusal.empty()) << link;
    EXPECT_EQ(g.wrote(), "") << link;
    EXPECT_NE(g.notices.next(), nullptr) << "the owner of the link is told: " << link;
    while (g.notices.next() != nullptr) g.notices.drop();
  }
}

TEST(Hooks, AreOffWithoutFiles) {
  Guest g;
  Hooks hooks(g.tree.root(), "", g.notices);
  EXPECT_FALSE(hooks.any(When::BeforeShrink));
  EXPECT_FALSE(hooks.any(When::AfterGrowth));
}

TEST(Hooks, ReadMuchAndKeepLittle) {
  Guest g;
  g.add("10-talks", "head -c 300000 /dev/zero | tr '\\0' x; exit 75");
  Hooks hooks(g.tree.root(), "", g.notices);
  const Hooks::Done done = g.run(hooks);
  EXPECT_TRUE(done.refusal.starts_with("10-talks: xxx"));
  EXPECT_LT(done.refusal.size(), 240U);
}

// Few programs go on after a write that would have to wait.
TEST(Hooks, WaitUntilWhatTheyPrintIsRead) {
  Guest g;
  g.add("10-talks", "head -c 1000000 /dev/zero || exit 1; echo ran >" + g.out());
  Hooks hooks(g.tree.root(), "", g.notices);
  hooks.start(When::BeforeShrink, 2, 1, 0);
  // Until the pipe is full.
  for (int held = 0; held < 65536; ::sched_yield()) ASSERT_EQ(::ioctl(hooks.fd(), FIONREAD, &held), 0);
  EXPECT_TRUE(Guest::finish(hooks, 0).refusal.empty());
  EXPECT_EQ(g.wrote(), "ran\n");
  EXPECT_EQ(g.notices.next(), nullptr) << g.notices.next()->text.data();
}

TEST(Hooks, OneThatNeverStopsToPrintKeepsNobody) {
  Guest g;
  g.add("10-yes", "yes & yes & yes");
  Hooks hooks(g.tree.root(), "", g.notices);
  hooks.start(When::BeforeShrink, 2, 1, 0);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(hooks.step(0).any);
  EXPECT_TRUE(Guest::finish(hooks, kHooksDeadline).any);
}

TEST(Hooks, AReasonIsOneLineOfText) {
  Guest g;
  Hooks hooks(g.tree.root(), "", g.notices);
  for (const auto& [prints, reason] : {std::pair{"", "no reason given"},
                                       {"printf '\\nlater\\n'", "no reason given"},
                                       {"printf ' \\r\\n'", "no reason given"},
                                       {"printf 'a backup runs\\r\\n'", "a backup runs"},
                                       {"printf 'a\\000b'", "a?b"}}) {
    g.add("10-db", std::string(prints) + "\nexit 75");
    EXPECT_EQ(g.run(hooks).refusal, std::string("10-db: ") + reason) << prints;
  }
}

TEST(Hooks, WhatWentWrongIsTold) {
  Guest g;
  for (const auto& [script, told] : {std::pair{"kill -9 $$", "10-x: ended by signal 9"},
                                     {"exit 126", "10-x: could not be started (exit status 126)"},
                                     {"exit 1", "10-x: failed with exit status 1"}}) {
    g.add("10-x", script);
    Hooks hooks(g.tree.root(), "", g.notices);
    g.run(hooks);
    ASSERT_NE(g.notices.next(), nullptr) << script;
    EXPECT_STREQ(g.notices.next()->text.data(), told);
    g.notices.drop();
  }
}

TEST(Hooks, RunAsTheUserThatWasNamedOrNotAtAll) {
  Guest g;
  g.tree.write("/etc/passwd", "root:x:0:0::/:/bin/sh\nhooks:x:65534:65534::/:/bin/sh\n");
  g.add("10-who",
        "echo $(id -u) $(id -G) $(grep -c NoNewPrivs:.*1 /proc/self/status) $(cat /proc/self/oom_score_adj); "
        "exit 75");
  const gid_t of_the_service = 4711;
  if (::geteuid() == 0 && ::setgroups(1, &of_the_service) == 0) {
    Hooks hooks(g.tree.root(), "hooks", g.notices);
    EXPECT_EQ(g.run(hooks).refusal, "10-who: 65534 65534 1 0");
    ::setgroups(0, nullptr);
  }
  Hooks nobody(g.tree.root(), "gone", g.notices);
  EXPECT_FALSE(nobody.any(When::BeforeShrink));
  EXPECT_TRUE(g.run(nobody).refusal.empty()) << "it does not run with more rights instead";
}

TEST(Hooks, HaveOrdinaryPriorityWhateverTheServiceHas) {
  if (::setpriority(PRIO_PROCESS, 0, -10) != 0) GTEST_SKIP() << "this user may not raise a priority";
  Guest g;
  g.add("10-nice", "nice; exit 75");
  Hooks hooks(g.tree.root(), "", g.notices);
  EXPECT_EQ(g.run(hooks).refusal, "10-nice: 0");
  ::setpriority(PRIO_PROCESS, 0, 0);
}

TEST(Hooks, HaveNoFilesSignalsFolderAndVariablesOfTheService) {
  constexpr int kLeftOpen = 99;
  ASSERT_EQ(::dup2(STDERR_FILENO, kLeftOpen), kLeftOpen);
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &blocked, &before);
  const auto pipes = ::signal(SIGPIPE, SIG_IGN);
  ::setenv("OF_THE_SERVICE", "1", 1);
  Guest g;
  g.add("10-looks",
        "of() { grep ^$1 /proc/self/status | cut -f 2; }\n"
        "echo fds $(ls /proc/$$/fd | grep -c ^99) blocks $(of SigBlk) ignores $((0x$(of SigIgn) & 0x1000)) "
        "in $(pwd) knows $(env | grep -c OF_THE_SERVICE) reads $(cat | wc -c); exit 75");
  Hooks hooks(g.tree.root(), "", g.notices);
  EXPECT_EQ(g.run(hooks).refusal, "10-looks: fds 0 blocks 0000000000000000 ignores 0 in / knows 0 reads 0");
  ::unsetenv("OF_THE_SERVICE");
  ::signal(SIGPIPE, pipes);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  ::close(kLeftOpen);
}

// Runs a hook where `hidden` is an empty folder. 0: the hook did not run, and that was told.
int run_without(const char* hidden) {
  constexpr int kUnavailable = 77;
  Guest g;
  g.add("10-runs", "echo ran >" + g.out());
  const pid_t child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("none", hidden, "tmpfs", 0, nullptr) != 0)
      ::_exit(kUnavailable);
    Hooks hooks(g.tree.root(), "", g.notices);
    g.run(hooks);
    ::_exit(g.wrote().empty() && g.notices.next() != nullptr ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST(Hooks, DoNotRunWithWhatTheServiceHas) {
  for (const char* hidden : {"/proc", "/dev"}) {
    const int outcome = run_without(hidden);
    if (outcome == 77) GTEST_SKIP() << "this user may not mount";
    EXPECT_EQ(outcome, 0) << hidden;
  }
}

TEST(Hooks, WhatCannotBeKilledIsAskedAfterMoreAndMoreSeldom) {
  Guest g;
  g.add("10-stays", "exec >&-; sleep 1000");
  Hooks hooks(g.tree.root(), "", g.notices);
  hooks.start(When::BeforeShrink, 2, 1, 0);
  while (hooks.fd() >= 0) {
    pollfd wait{hooks.fd(), POLLIN, 0};
    ::poll(&wait, 1, 1000);
    hooks.step(0);
  }
  // A second of the service's time; the program sleeps meanwhile.
  int asked = 0;
  while (hooks.due() < kHooksDeadline / 2 && asked < 1000) {
    EXPECT_FALSE(hooks.step(hooks.due()).any);
    ++asked;
  }
  EXPECT_LT(asked, 20);
  EXPECT_LE(hooks.due(), kHooksDeadline);
  EXPECT_TRUE(Guest::finish(hooks, kHooksDeadline).any);
}

TEST(HookUser, IsFoundInTheFileOfUsers) {
  const std::string_view passwd =
      "root:x:0:0:root:/root:/bin/bash\npostgres:x:112:119:,,,:/var/lib:/bin/sh\nodd:x:a:1::\nodd2\n";
  EXPECT_EQ(hook_user("", passwd).who, HookUser::Who::Service);
  const HookUser user = hook_user("postgres", passwd);
  EXPECT_EQ(user.who, HookUser::Who::Other);
  EXPECT_EQ(user.uid, 112U);
  EXPECT_EQ(user.gid, 119U);
  for (const char* name : {"post", "postgresq", "odd", "odd2", "x"})
    EXPECT_EQ(hook_user(name, passwd).who, HookUser::Who::Unknown) << name;
}

}  // namespace
}  // namespace aerostat::agent
