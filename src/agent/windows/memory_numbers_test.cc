#include "agent/windows/memory_numbers.h"

#include <gtest/gtest.h>

namespace aerostat::agent {
namespace {

// A 4 GiB guest with a page file of 1 GiB, in pages.
MemoryNumbers some() {
  MemoryNumbers n;
  n.physical_total = 1'048'576;
  n.physical_available = 500'000;
  n.commit_total = 600'000;
  n.commit_limit = 1'310'720;
  n.zeroed = 20'000;
  n.free = 5'000;
  n.standby = 475'000;
  n.modified = 9'000;
  n.page_file_total = 262'144;
  n.page_file_used = 2'144;
  n.hard_reads = 70;
  n.hard_read_pages = 900;
  n.page_file_written = 33;
  n.repurposed = 12;
  n.low_memory = 0;
  return n;
}

TEST(MemoryNumbers, BecomeTheLevelsOfTheProtocol) {
  const Reading r = reading_of(some(), 77);
  EXPECT_EQ(r.ns, 77);
  EXPECT_EQ(r.total_kib, 4'194'304);
  EXPECT_EQ(r.avail_kib, 2'000'000);
  EXPECT_EQ(r.free_kib, 100'000);
  EXPECT_EQ(r.inactive_file_kib, 1'900'000);
  EXPECT_EQ(r.modified_kib, 36'000);
  EXPECT_EQ(r.committed_kib, 2'400'000);
  EXPECT_EQ(r.commit_limit_kib, 5'242'880);
  EXPECT_EQ(r.commit_room_kib, 2'842'880);
  EXPECT_EQ(r.swap_total_kib, 1'048'576);
  EXPECT_EQ(r.swap_free_kib, 1'040'000);
  EXPECT_EQ(r.pswpout, 33);
  EXPECT_EQ(r.pgmajfault, 70);
  EXPECT_EQ(r.hard_read_pages, 900);
  EXPECT_EQ(r.reclaimed_kswapd, 12);
  EXPECT_EQ(r.low_memory, 0);
}

// Pages that were read come from program files too: nobody knows how many came from the page file.
TEST(MemoryNumbers, LeaveOutWhatWindowsDoesNotTell) {
  const Reading r = reading_of(some(), 0);
  EXPECT_FALSE(r.pswpin || r.refault_file || r.active_file_kib || r.psi_some_us || r.oom_kill);
  MemoryNumbers old;  // Server 2003: no memory lists
  old.physical_total = 100;
  old.physical_available = 50;
  const Reading sparse = reading_of(old, 0);
  EXPECT_EQ(sparse.avail_kib, 200);
  EXPECT_FALSE(sparse.free_kib || sparse.inactive_file_kib || sparse.reclaimed_kswapd ||
               sparse.commit_room_kib);
  EXPECT_FALSE(reading_of(MemoryNumbers{}, 0).total_kib);
}

// The calls are made one after the other; the host refuses a sample that contradicts itself.
TEST(MemoryNumbers, NeverContradictThemselves) {
  MemoryNumbers n = some();
  n.physical_available = 2'000'000;
  n.standby = 3'000'000;
  n.free = 3'000'000;
  n.modified = 3'000'000;
  n.commit_total = 2'000'000;
  n.page_file_used = 300'000;
  const Reading r = reading_of(n, 0);
  EXPECT_EQ(r.avail_kib, r.total_kib);
  EXPECT_EQ(r.inactive_file_kib, r.avail_kib);
  EXPECT_EQ(r.free_kib, r.avail_kib);
  EXPECT_EQ(r.modified_kib, r.total_kib);
  EXPECT_EQ(r.commit_room_kib, 0);
  EXPECT_EQ(r.swap_free_kib, 0);
  n.physical_total = -1;
  EXPECT_FALSE(reading_of(n, 0).total_kib);
  n = some();
  n.standby = 600'000;
  EXPECT_EQ(reading_of(n, 0).inactive_file_kib, 2'000'000) << "what is available contains it";
}

TEST(LongCounter, GoesOnWhereThirtyTwoBitsEnd) {
  LongCounter counter;
  EXPECT_EQ(counter.add(0xFFFFFFF0), 0xFFFFFFF0LL);
  EXPECT_EQ(counter.add(0x10), 0x100000010LL);
  EXPECT_EQ(counter.add(0x10), 0x100000010LL);
}

}  // namespace
}  // namespace aerostat::agent
