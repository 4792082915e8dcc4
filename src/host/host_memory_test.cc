#include "host/host_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace aerostat {
namespace {

const std::string kFixtures = AEROSTAT_FIXTURES;

TEST(HostFiles, ReadWhatTheKernelSays) {
  const HostFiles files(kFixtures + "/host16g");
  EXPECT_EQ(files.memory().total, Bytes::kib(16384000));
  EXPECT_EQ(files.memory().available, Bytes::kib(8192000));
  EXPECT_EQ(files.resident(4711), Bytes::of(100000 * ::sysconf(_SC_PAGESIZE)));
}

// A guest on huge pages has nothing else resident; one that the host paged out has less.
TEST(HostFiles, CountHugePagesAndWhatWasPagedOut) {
  const HostFiles files(kFixtures + "/host16g");
  EXPECT_EQ(files.resident(4712), Bytes::of(1000 * ::sysconf(_SC_PAGESIZE)) + Bytes::mib(2048));
  EXPECT_EQ(files.swapped(4712), Bytes::mib(64));
  EXPECT_FALSE(files.swapped(4711)) << "it has no status to read";
}

TEST(HostFiles, KnowNothingWhereThereIsNothingToRead) {
  for (const char* root : {"/broken", "/missing"}) {
    const HostFiles files(kFixtures + root);
    EXPECT_FALSE(files.memory().total) << root;
    EXPECT_FALSE(files.memory().available) << root;
    EXPECT_FALSE(files.resident(4711)) << root;
  }
}

TEST(HostFiles, KnowWhenAProcessStartedWhateverItsName) {
  EXPECT_EQ(HostFiles(kFixtures + "/host16g").started(4711), 987654u);
  EXPECT_FALSE(HostFiles(kFixtures + "/broken").started(4711));
}

TEST(HostFiles, SeeThisProcessOnTheRealHost) {
  const HostFiles files;
  EXPECT_GT(files.resident(::getpid()).value_or(Bytes{}), Bytes::kib(100));
  EXPECT_LE(files.memory().available.value(), files.memory().total.value());
}

}  // namespace
}  // namespace aerostat
