// Books: sums of claims, whatever comes and goes.
#include "control/books.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace aerostat {
namespace {

using namespace literals;

TEST(Books, AddUpVmsOrphansAndReservations) {
  Books books(8_GiB, 1_GiB);
  books.count(books.open({"web"}), 2_GiB, 512_MiB, 1_GiB);
  books.add_orphan({"lost", {7, 1}, 512_MiB});
  ASSERT_TRUE(books.reserve("new", 1_GiB));
  EXPECT_EQ(books.committed(), 2560_MiB);
  EXPECT_EQ(books.untouched(), 1536_MiB);
  EXPECT_EQ(books.reserved(), 1_GiB);
  EXPECT_EQ(books.free(), 3584_MiB);
  EXPECT_EQ(books.over(), 0_MiB);
}

TEST(Books, AVmUsesUpItsReservationUntilItsFactsAreKnown) {
  Books books(8_GiB, {});
  ASSERT_TRUE(books.reserve("web", 2_GiB));
  VmClaim& web = books.open({"web"});
  books.count(web, 100_MiB, 100_MiB, 100_MiB);
  EXPECT_EQ(books.committed() + books.reserved(), 2_GiB);
  books.count(web, 3_GiB, {}, {});
  EXPECT_EQ(books.committed() + books.reserved(), 3_GiB) << "it never asked for so little";
  books.close(web);
  EXPECT_EQ(books.reserved(), 2_GiB) << "it may come again";
  EXPECT_TRUE(books.release("web"));
  EXPECT_EQ(books.free(), 8_GiB);
}

TEST(Books, AReservationEndsWhenTheFactsOfItsVmAreKnown) {
  Books books(8_GiB, {});
  ASSERT_TRUE(books.reserve("web", 2_GiB));
  VmClaim& web = books.open({"web"});
  books.count(web, 1_GiB, {}, {});
  books.known(web);
  EXPECT_EQ(books.reserved(), 0_MiB);
  EXPECT_EQ(books.free(), 7_GiB);
}

TEST(Books, ReserveNothingThatCouldNeverBeFree) {
  Books books(4_GiB, 1_GiB);
  books.count(books.open({"web"}), 3_GiB, {}, 1_GiB);
  EXPECT_FALSE(books.reserve("new", 2049_MiB));
  EXPECT_FALSE(books.reserve("new", 0_MiB));
  EXPECT_TRUE(books.reserve("new", 2_GiB)) << "the other keeps its least";
  EXPECT_TRUE(books.reserve("new", 1_GiB)) << "it replaces what was reserved before";
  EXPECT_EQ(books.reserved(), 1_GiB);
  EXPECT_EQ(books.over(), 0_MiB) << "nobody has it yet";
  EXPECT_EQ(books.free(), -1_GiB) << "and others have to make room";
}

TEST(Books, ForOneVmAllOtherClaimsLieElsewhere) {
  Books books(8_GiB, 1_GiB);
  VmClaim& web = books.open({"web"});
  books.count(web, 2_GiB, {}, {});
  books.count(books.open({"db"}), 1_GiB, {}, {});
  books.add_orphan({"lost", {7, 1}, 512_MiB});
  EXPECT_EQ(books.view().elsewhere, 512_MiB);
  HostView alone = books.view_of(web);
  EXPECT_EQ(alone.elsewhere, 1536_MiB);
  alone.vms.emplace_back().committed = web.amount;
  EXPECT_EQ(alone.free(), books.free());
}

TEST(Books, KnowAnOrphanByItsProcess) {
  Books books(8_GiB, {});
  books.add_orphan({"web", {7, 100}, 1_GiB});
  books.add_orphan({"web", {8, std::nullopt}, 2_GiB});
  EXPECT_FALSE(books.take_orphan({7, 101})) << "a pid that was given again";
  EXPECT_EQ(books.take_orphan({7, std::nullopt})->amount, 1_GiB) << "its start cannot be read: it may be it";
  EXPECT_EQ(books.take_orphan({8, 5})->amount, 2_GiB);
  EXPECT_EQ(books.committed(), 0_MiB);
}

// What the books say after each step, and what a sum over everything says.
RC_GTEST_PROP(BooksProperty, SayWhatASumOverAllClaimsSays, ()) {
  Books books(64_GiB, 1_GiB);
  std::vector<VmClaim*> vms;
  const auto any = [] { return Bytes::mib(*rc::gen::inRange(-100, 100000)); };
  for (int step = 0; step < 60; ++step) {
    const int what = *rc::gen::inRange(0, 6);
    const std::string name = "vm" + std::to_string(*rc::gen::inRange(0, 4));
    const ProcessId process{*rc::gen::inRange(1, 5), *rc::gen::inRange(1, 3)};
    if (what == 0) vms.push_back(&books.open({name}));
    if (what == 1 && !vms.empty()) {
      books.close(*vms.back());
      vms.pop_back();
    }
    if (what == 2 && !vms.empty())
      books.count(*vms[*rc::gen::inRange<std::size_t>(0, vms.size())], any(), any(), any());
    if (what == 3) books.add_orphan({name, process, any()});
    if (what == 4) books.take_orphan(process);
    if (what == 5 && books.reserve(name, any())) RC_TAG("reserved");
    Bytes committed, untouched;
    for (const VmClaim* vm : vms) {
      RC_ASSERT(vm->amount >= Bytes{});
      committed += vm->amount;
      untouched += vm->untouched;
    }
    for (const OrphanClaim& orphan : books.orphans()) committed += orphan.amount;
    RC_ASSERT(books.committed() == committed);
    RC_ASSERT(books.untouched() == untouched);
    RC_ASSERT(books.free() == 63_GiB - committed - books.reserved());
    RC_ASSERT(books.over() == std::max(Bytes{}, committed - 63_GiB));
  }
}

TEST(Books, NoSumOverflows) {
  Books books(64_GiB, {});
  for (int i = 0; i < 10000; ++i)
    books.count(books.open({"evil"}), Bytes::of(std::numeric_limits<std::int64_t>::max()), {}, {});
  EXPECT_GT(books.committed(), 64_GiB);
  EXPECT_LT(books.free(), 0_MiB);
}

}  // namespace
}  // namespace aerostat
