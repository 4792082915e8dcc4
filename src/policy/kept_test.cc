#include "policy/kept.h"

#include <gtest/gtest.h>

#include "policy/tuning.h"

namespace aerostat {
namespace {

using namespace literals;

constexpr Bytes kReserve = 72_MiB;   // the kernel's high watermarks, and
constexpr Bytes kLowMarks = 60_MiB;  // its low ones

// What a Linux guest of 1476 MiB says, made from what is really so.
struct Guest {
  Bytes inside = 100_MiB;  // held by programs and the kernel
  Bytes cache, lists;
  std::uint64_t faults = 5000;
  std::optional<int> processors = 1;
  KeptState state;
  std::optional<GuestSample> before;
  Kept out;

  Bytes used() const { return inside + kReserve; }
  GuestSample sample() const {
    GuestSample s;
    s.total = 1476_MiB;
    s.free = *s.total - inside - cache - lists;
    s.available = *s.free - kReserve + cache - std::min(cache.scaled(0.5), kLowMarks);
    s.inactive_file = cache + 4_MiB;  // the kernel's initial file system cannot be freed
    s.minor_faults = faults;
    s.processors = processors;
    return s;
  }
  Bytes tell() {
    const GuestSample now = sample();
    out = kept(state, now, before ? &*before : nullptr);
    state = out.state;
    before = now;
    return *now.total - *now.available - out.back - out.lists;
  }
  // Programs touch new memory; it comes from the lists first.
  void touch(Bytes much) {
    inside += much;
    lists -= std::min(lists, much);
    faults += static_cast<std::uint64_t>(much.count() / 4096);
  }
  void release(Bytes much) {
    inside -= much;
    lists = std::min(54_MiB, lists + much);
  }
};

TEST(Kept, SeesTheCacheThatTheKernelCallsNotAvailable) {
  Guest guest;
  EXPECT_EQ(guest.tell(), guest.used());
  guest.cache = 256_MiB;
  EXPECT_EQ(guest.tell(), guest.used());
  EXPECT_EQ(guest.out.back, kLowMarks);
  EXPECT_EQ(guest.out.cache, 256_MiB);
  guest.cache = 40_MiB;
  EXPECT_EQ(guest.tell(), guest.used()) << "of less than twice the low mark it keeps a half";
}

TEST(Kept, ClaimsNothingBeforeItKnowsTheReserve) {
  Guest guest;
  guest.cache = 256_MiB;
  EXPECT_EQ(guest.tell(), guest.used() + kLowMarks);
}

TEST(Kept, FollowsTheListsThatFreedMemoryGoesToFirst) {
  Guest guest;
  guest.tell();
  guest.touch(300_MiB);
  EXPECT_EQ(guest.tell(), guest.used());
  guest.release(300_MiB);
  EXPECT_EQ(guest.tell(), guest.used()) << "54 MiB are on lists";
  for (int i = 0; i < 20; ++i) {
    guest.touch(5_MiB);
    EXPECT_EQ(guest.tell(), guest.used()) << "free memory does not fall yet; page faults tell";
  }
}

TEST(Kept, LeavesTheListsAloneWhenTheKernelTakesMemory) {
  Guest guest;
  guest.tell();
  guest.touch(300_MiB);
  guest.tell();
  guest.release(300_MiB);
  guest.tell();
  guest.inside += 80_MiB;  // page tables, slab: from lists of their own, without faults
  EXPECT_EQ(guest.tell(), guest.used());
}

TEST(Kept, NeverGoesBelowTheLeastThatWasInUse) {
  Guest guest;
  guest.tell();
  guest.touch(300_MiB);
  guest.tell();
  guest.release(300_MiB);
  guest.lists = {};  // emptied in the same moment
  EXPECT_GE(guest.tell(), guest.used());
}

TEST(Kept, IsNotMisledByFilesThatAreMapped) {
  Guest guest;
  guest.tell();
  guest.cache = 200_MiB;  // each page is a page fault and page cache
  guest.faults += 200 * 256;
  guest.tell();
  guest.touch(300_MiB);
  guest.tell();
  guest.release(300_MiB);
  guest.lists = {};
  EXPECT_GE(guest.tell(), guest.used());
}

TEST(Kept, LearnsOfListsThatWereFullFromTheStart) {
  Guest guest;
  guest.lists = 54_MiB;
  EXPECT_EQ(guest.tell(), guest.used() + 54_MiB);
  guest.touch(200_MiB);
  guest.tell();
  guest.release(200_MiB);
  EXPECT_EQ(guest.tell(), guest.used());
}

TEST(Kept, SeesThatAProgramCameAndWentBetweenTwoSamples) {
  Guest guest;
  guest.lists = 54_MiB;
  guest.tell();
  guest.touch(200_MiB);
  guest.release(200_MiB);
  EXPECT_NEAR(guest.tell().to_mib(), guest.used().to_mib(), 7) << "the lists are full again";
  guest.touch(100_MiB);
  EXPECT_NEAR(guest.tell().to_mib(), guest.used().to_mib(), 7) << "they are taken for as full as they can be";
}

TEST(Kept, TakesOnlyOneProcessorsListForFilled) {
  for (const auto& [processors, sure] :
       {std::pair<std::optional<int>, Bytes>{4, 15_MiB}, {std::nullopt, 0_MiB}}) {
    Guest guest;
    guest.processors = processors;
    guest.tell();
    guest.touch(300_MiB);
    guest.tell();
    guest.release(300_MiB);
    EXPECT_EQ(guest.tell(), guest.used() + 54_MiB - sure);
  }
}

TEST(Kept, CountsNewMemoryForNoFreedOne) {
  Guest guest;
  guest.tell();
  guest.touch(300_MiB);
  guest.tell();
  GuestSample grown = guest.sample();
  *grown.total += 500_MiB;
  *grown.free += 500_MiB;
  *grown.available += 500_MiB;
  EXPECT_EQ(kept(guest.state, grown, &*guest.before).lists, Bytes{});
}

TEST(Kept, TrustsNoListsWhenMemoryIsShort) {
  Guest guest;
  guest.tell();
  guest.touch(1300_MiB);
  guest.tell();
  guest.release(60_MiB);
  EXPECT_EQ(guest.tell(), guest.used() + 54_MiB);
}

}  // namespace
}  // namespace aerostat
