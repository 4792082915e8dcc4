#include "host/host_memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace aerostat {
namespace {

const std::string kFixtures = AEROSTAT_FIXTURES;

TEST(HostFiles, ReadWhatTheKernelSays) {
  const HostFiles files(kFixtures + "/host16g");
  EXPECT_EQ(files.memory().total, Bytes::kib(16384000));
  EXPECT_EQ(files.memory().available, Bytes::kib(8192000));
  EXPECT_EQ(files.memory_of(4711)->resident, Bytes::kib(400000));
}

// A guest on huge pages has nothing else resident; one that the host paged out has less.
TEST(HostFiles, CountHugePagesAndWhatWasPagedOut) {
  const HostFiles files(kFixtures + "/host16g");
  EXPECT_EQ(files.memory_of(4712)->resident, Bytes::kib(4000) + Bytes::mib(2048));
  EXPECT_EQ(files.memory_of(4712)->swapped, Bytes::mib(64));
  EXPECT_FALSE(files.memory_of(4711)->swapped) << "its kernel does not tell";
}

TEST(HostFiles, KnowNothingWhereThereIsNothingToRead) {
  for (const char* root : {"/broken", "/missing"}) {
    const HostFiles files(kFixtures + root);
    EXPECT_FALSE(files.memory().total) << root;
    EXPECT_FALSE(files.memory().available) << root;
    EXPECT_FALSE(files.memory_of(4711)) << root;
  }
}

TEST(HostFiles, KnowWhenAProcessStartedWhateverItsName) {
  EXPECT_EQ(*HostFiles(kFixtures + "/host16g").started(4711), 987654u);
  EXPECT_EQ(HostFiles(kFixtures + "/broken").started(4711).error(), Missing::Unreadable);
}

TEST(HostFiles, SeeThisProcessOnTheRealHost) {
  const HostFiles files;
  EXPECT_GT(files.memory_of(::getpid())->resident, Bytes::kib(100));
  EXPECT_LE(files.memory().available.value(), files.memory().total.value());
}

// Of a process that has ended only its name is left, until its parent asked for it.
TEST(HostFiles, TellAProcessThatHasEndedFromOneThatRuns) {
  const HostFiles files;
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(files.memory_of(child)->resident, Bytes{});
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(files.memory_of(child).error(), Missing::Gone);
  EXPECT_EQ(files.started(child).error(), Missing::Gone);
}

TEST(HostFiles, TellUnreadableFromGoneAndKeepTheHostsMemoryReadable) {
  const HostFiles files;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto memory = files.memory_of(::getpid());
  const auto started = files.started(::getpid());
  const HostMemory host = files.memory();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(memory);
  EXPECT_EQ(memory.error(), Missing::Unreadable);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error(), Missing::Unreadable);
  EXPECT_TRUE(host.available);
}

}  // namespace
}  // namespace aerostat
