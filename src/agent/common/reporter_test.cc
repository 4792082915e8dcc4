#include "agent/common/reporter.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <vector>

#include "agent/common/test_units.h"

namespace aerostat::agent {
namespace {

constexpr std::int64_t kStart = 5'000 * kMs;

struct Sent {
  std::int64_t at_ms;
  Cause why;
  Number low_since_ms;
};

// A guest whose levels are functions of time (ms since the start, MiB), looked at whenever the reporter asks.
struct Guest {
  Reporter reporter;
  std::function<std::int64_t(std::int64_t)> total = [](std::int64_t) { return 512; };
  std::function<double(std::int64_t)> available = [](std::int64_t) { return 300.0; };
  std::vector<Sent> sent;
  int looks = 0;

  Guest() { reporter.start(kStart, 100 * kMs, 1000 * kMs); }
  void mark(std::int64_t mib) { reporter.set_low_mark(mib * kMiB, kStart); }
  void run(std::int64_t until_ms) {
    while (reporter.due() <= kStart + until_ms * kMs) {
      const std::int64_t now = reporter.due();
      const std::int64_t ms = (now - kStart) / kMs;
      const auto verdict =
          reporter.look(now, {total(ms) * kMiB,
                              static_cast<std::int64_t>(available(ms) * static_cast<double>(kMiB)),
                              {},
                              {},
                              {},
                              {}});
      ++looks;
      Number since;
      if (verdict.low_since_ns) since = (*verdict.low_since_ns - kStart) / kMs;
      if (verdict.send) sent.push_back({ms, verdict.why, since});
    }
  }
};

TEST(Reporter, LooksTenTimesASecondAndSpeaksOnce) {
  Guest guest;
  guest.run(10'050);
  EXPECT_EQ(guest.looks, 101);
  EXPECT_EQ(guest.sent.size(), 11u);
  for (const Sent& one : guest.sent) EXPECT_EQ(one.why, Cause::Keepalive);
}

TEST(Reporter, TellsANotableChangeWithItsNextLook) {
  Guest guest;
  guest.available = [](std::int64_t ms) { return ms < 250 ? 300.0 : ms < 450 ? 298.5 : 295.0; };
  guest.run(600);
  ASSERT_EQ(guest.sent.size(), 2u);  // 1.5 MiB are not notable, 5 are
  EXPECT_EQ(guest.sent[1].at_ms, 500);
  EXPECT_EQ(guest.sent[1].why, Cause::Change);
}

TEST(Reporter, TellsEachLookWhileBelowTheMarkAndOnceAfter) {
  Guest guest;
  guest.mark(64);
  guest.available = [](std::int64_t ms) { return ms >= 250 && ms < 550 ? 60.0 : 70.0; };
  guest.run(900);
  std::vector<Cause> causes;
  for (const Sent& one : guest.sent) causes.push_back(one.why);
  EXPECT_EQ(causes,
            (std::vector<Cause>{Cause::Keepalive, Cause::Low, Cause::Low, Cause::Low, Cause::Change}));
  EXPECT_FALSE(guest.sent.back().low_since_ms);
}

TEST(Reporter, TellsAtOnceThatItIsLowNoMoreHoweverLittleCameBack) {
  Guest guest;
  guest.mark(64);
  guest.available = [](std::int64_t ms) { return ms < 250 ? 63.95 : 64.05; };
  guest.run(500);
  EXPECT_EQ(guest.sent.back().why, Cause::Change);
  EXPECT_EQ(guest.sent.back().at_ms, 300);
}

TEST(Reporter, SaysWhenTheMarkWasCrossedAlongAStraightLine) {
  EXPECT_EQ(crossing(1000, 100, 2000, 50, 75), 1500);
  EXPECT_EQ(crossing(1000, 100, 2000, 0, 100), 1000);
  EXPECT_EQ(crossing(1000, 100, 1000, 0, 50), 1000);
}

TEST(Reporter, LooksSoonerWhenAFallWouldCrossTheMarkBeforeTheNextLook) {
  Guest guest;
  guest.mark(64);
  guest.available = [](std::int64_t ms) {
    return 300.0 - 0.14 * static_cast<double>(ms);
  };  // 140 MiB/s, crosses at 1685 ms
  guest.run(1800);
  const Sent* low = nullptr;
  for (const Sent& one : guest.sent) {
    if (one.why == Cause::Low && low == nullptr) low = &one;
  }
  ASSERT_NE(low, nullptr);
  EXPECT_LE(low->at_ms, 1685 + 12);
  ASSERT_TRUE(low->low_since_ms);
  EXPECT_NEAR(static_cast<double>(*low->low_since_ms), 1685, 2);
  EXPECT_LT(guest.looks, 35);
}

TEST(Reporter, AMarkRaisedAboveTheLevelIsLowFromThatMoment) {
  Guest guest;
  guest.mark(64);
  guest.run(1040);
  guest.reporter.set_low_mark(400 * kMiB, kStart + 1040 * kMs);
  guest.run(1045);
  EXPECT_EQ(guest.sent.back().why, Cause::Low);
  EXPECT_EQ(guest.sent.back().low_since_ms, 1040);
}

TEST(Reporter, AnotherMarkIsLowFromTheMomentItIsSet) {
  Guest guest;
  guest.mark(400);
  guest.run(1040);
  EXPECT_EQ(guest.sent.back().low_since_ms, 0);
  guest.reporter.set_low_mark(350 * kMiB, kStart + 1040 * kMs);
  guest.run(1045);
  EXPECT_EQ(guest.sent.back().low_since_ms, 1040);
}

TEST(Reporter, LooksQuicklyForMemoryThatIsOnItsWayUntilItIsSeen) {
  Guest guest;
  guest.run(1005);
  guest.reporter.expect(640 * kMiB, kStart + 1005 * kMs);
  guest.total = [](std::int64_t ms) { return ms < 1042 ? 512 : 640; };
  const int before = guest.looks;
  guest.run(1060);
  EXPECT_EQ(guest.sent.back().why, Cause::Online);
  EXPECT_LE(guest.sent.back().at_ms, 1052);
  EXPECT_LE(guest.looks - before, 5);
  guest.run(2000);
  EXPECT_LE(guest.looks - before, 16);  // back to ten a second
}

TEST(Reporter, WaitsASecondForMemoryThatDoesNotCome) {
  Guest guest;
  guest.run(5);
  guest.reporter.expect(640 * kMiB, kStart + 5 * kMs);
  guest.run(3000);
  EXPECT_NEAR(guest.looks, 100 + 20, 3);
}

TEST(Reporter, StopsLookingQuicklyWhenGrowthStandsStillShortOfWhatWasExpected) {
  Guest guest;
  guest.run(5);
  guest.reporter.expect(640 * kMiB, kStart + 5 * kMs);
  guest.total = [](std::int64_t ms) { return ms < 30 ? 512 : 620; };
  guest.run(1005);
  EXPECT_LT(guest.looks, 35);
}

TEST(Reporter, ALateLookIsNotCaughtUpInABurst) {
  Reporter reporter;
  reporter.start(kStart, 100 * kMs, 1000 * kMs);
  reporter.look(kStart, {512 * kMiB, 300 * kMiB, {}, {}, {}, {}});
  reporter.look(kStart + 730 * kMs, {512 * kMiB, 300 * kMiB, {}, {}, {}, {}});
  EXPECT_EQ(reporter.due(), kStart + 800 * kMs);
}

// Three that are missing count as silence.
TEST(Reporter, AKeepaliveComesEarlyRatherThanLate) {
  Reporter reporter;
  reporter.start(kStart, 100 * kMs, 1000 * kMs);
  const Levels levels{512 * kMiB, 300 * kMiB, {}, {}, {}, {}};
  EXPECT_TRUE(reporter.look(kStart + 3 * kMs, levels).send) << "a little late";
  for (int ms = 100; ms < 1000; ms += 100) EXPECT_FALSE(reporter.look(kStart + ms * kMs, levels).send) << ms;
  EXPECT_TRUE(reporter.look(kStart + 1000 * kMs, levels).send) << "after 997 ms, not after 1097";
}

TEST(Reporter, NoPeriodIsTooShort) {
  Reporter reporter;
  reporter.start(kStart, 0, 1000 * kMs);
  EXPECT_TRUE(reporter.look(kStart, {}).send);
  EXPECT_EQ(reporter.due(), kStart + kLookLeast);
}

TEST(Reporter, TellsWhenMemoryForKernelDataShrinksAlthoughPlentyIsAvailable) {
  Reporter reporter;
  reporter.start(kStart, 100 * kMs, 1000 * kMs);
  reporter.look(kStart, {512 * kMiB, 300 * kMiB, 100 * kMiB, {}, {}, {}});
  EXPECT_FALSE(reporter.look(kStart + 100 * kMs, {512 * kMiB, 300 * kMiB, 99 * kMiB, {}, {}, {}}).send);
  const auto verdict = reporter.look(kStart + 200 * kMs, {512 * kMiB, 300 * kMiB, 80 * kMiB, {}, {}, {}});
  EXPECT_TRUE(verdict.send);
  EXPECT_EQ(verdict.why, Cause::Change);
}

// A guest whose memory is full of cache: nothing changes in what is available.
Levels full_of_cache(std::int64_t active_mib, std::int64_t refaults) {
  return {512 * kMiB, 300 * kMiB, {}, active_mib * kMiB, refaults, {}};
}

TEST(Reporter, TellsCacheThatGrowsAlthoughAsMuchIsAvailable) {
  Reporter reporter;
  reporter.start(kStart, 100 * kMs, 1000 * kMs);
  reporter.look(kStart, full_of_cache(100, 0));
  EXPECT_FALSE(reporter.look(kStart + 100 * kMs, full_of_cache(101, 0)).send);
  EXPECT_TRUE(reporter.look(kStart + 200 * kMs, full_of_cache(103, 0)).send);
}

TEST(Reporter, TellsCacheThatIsMissed) {
  Reporter reporter;
  reporter.start(kStart, 100 * kMs, 1000 * kMs);
  reporter.look(kStart, full_of_cache(100, 5000));
  EXPECT_FALSE(reporter.look(kStart + 100 * kMs, full_of_cache(100, 5063)).send);
  EXPECT_TRUE(reporter.look(kStart + 200 * kMs, full_of_cache(100, 5064)).send);
}

TEST(Reporter, TellsSmallerChangesCloseToTheMark) {
  Reporter reporter;
  reporter.start(kStart, 100 * kMs, 1000 * kMs);
  reporter.set_low_mark(300 * kMiB, kStart);
  reporter.look(kStart, {512 * kMiB, 303 * kMiB, {}, 100 * kMiB, {}, {}});
  EXPECT_FALSE(reporter.look(kStart + 100 * kMs, {512 * kMiB, 303 * kMiB, {}, 101 * kMiB, {}, {}}).send);
  EXPECT_TRUE(reporter.look(kStart + 200 * kMs, {512 * kMiB, 301 * kMiB, {}, 101 * kMiB, {}, {}}).send);
}

// A guest at rest that has free memory, and one thing that differs.
struct Resting {
  Reporter reporter;
  Levels levels{512 * kMiB, 300 * kMiB, 250 * kMiB, 100 * kMiB, 7, 7000};
  Glance glance{512 * kMiB, 280 * kMiB, 64 * kMiB};
  int at_ms = 0;

  Resting() {
    reporter.start(kStart, 100 * kMs, 1000 * kMs);
    look(0);
    look(100);
  }
  Reporter::Verdict look(int ms) {
    at_ms = ms;
    return reporter.look(kStart + ms * kMs, levels, glance);
  }
  bool rests() { return reporter.rests(kStart + (at_ms + 100) * kMs, glance); }
};

TEST(ReporterGlance, ReplacesLooksBetweenTwoKeepalives) {
  Resting guest;
  int looks = 0, sent = 0;
  for (int ms = 200; ms < 10'000; ms += 100) {
    EXPECT_EQ(guest.reporter.due(), kStart + ms * kMs);
    if (guest.reporter.rests(kStart + ms * kMs, guest.glance)) continue;
    ++looks;
    sent += guest.look(ms).send ? 1 : 0;
  }
  EXPECT_EQ(looks, 9);
  EXPECT_EQ(sent, 9);
}

TEST(ReporterGlance, DoesNotReplaceALookWhereMemoryMoves) {
  const auto rests = [](auto&& change) {
    Resting guest;
    change(guest);
    return guest.rests();
  };
  EXPECT_TRUE(rests([](Resting&) {}));
  EXPECT_TRUE(rests([](Resting& g) { *g.glance.free_kib -= 511; }));
  EXPECT_FALSE(rests([](Resting& g) { *g.glance.free_kib -= 512; }));
  EXPECT_FALSE(rests([](Resting& g) { *g.glance.free_kib += 512; }));
  EXPECT_FALSE(rests([](Resting& g) { *g.glance.total_kib += 1; }));
  EXPECT_FALSE(rests([](Resting& g) { *g.glance.swap_free_kib -= 4; }));
  EXPECT_FALSE(rests([](Resting& g) { g.glance = {}; }));
}

TEST(ReporterGlance, SeesMoreInASmallGuestThanInALargeOne) {
  const auto rests = [](std::int64_t total_mib, std::int64_t change_kib) {
    Resting guest;
    guest.levels.total_kib = guest.glance.total_kib = total_mib * kMiB;
    guest.look(200);
    *guest.glance.free_kib -= change_kib;
    return guest.rests();
  };
  // 16 GiB: 1/400 is notable, a quarter of that is movement.
  EXPECT_TRUE(rests(16 * 1024, 10 * kMiB));
  EXPECT_FALSE(rests(16 * 1024, 11 * kMiB));
  EXPECT_FALSE(rests(1024, kMiB));
}

TEST(ReporterGlance, DoesNotReplaceALookWhileTheKernelReclaims) {
  Resting guest;
  *guest.levels.reclaimed += 1;
  guest.look(200);
  EXPECT_FALSE(guest.rests());
  guest.look(300);
  EXPECT_TRUE(guest.rests());
  guest.levels.reclaimed.reset();
  guest.look(400);
  EXPECT_FALSE(guest.rests()) << "it cannot be known";
}

TEST(ReporterGlance, DoesNotReplaceALookAtOrCloseToTheMarkNorWhileMemoryIsExpected) {
  Resting guest;
  guest.reporter.set_low_mark(300 * kMiB - 255, kStart + 110 * kMs);
  EXPECT_FALSE(guest.rests());
  guest.reporter.set_low_mark(300 * kMiB - 256, kStart + 110 * kMs);
  EXPECT_TRUE(guest.rests());
  guest.reporter.set_low_mark(301 * kMiB, kStart + 110 * kMs);
  EXPECT_FALSE(guest.rests());
  Resting other;
  other.reporter.expect(640 * kMiB, kStart + 110 * kMs);
  EXPECT_FALSE(other.rests());
}

TEST(ReporterGlance, DoesNotReplaceALookForMoreThanASecond) {
  Reporter reporter;
  reporter.start(kStart, 100 * kMs, 60'000 * kMs);
  const Levels levels{512 * kMiB, 300 * kMiB, {}, {}, {}, 0};
  const Glance glance{512 * kMiB, 280 * kMiB, 0};
  reporter.look(kStart, levels, glance);
  reporter.look(kStart + 100 * kMs, levels, glance);
  for (int ms = 200; ms < 1100; ms += 100) EXPECT_TRUE(reporter.rests(kStart + ms * kMs, glance)) << ms;
  EXPECT_FALSE(reporter.rests(kStart + 1100 * kMs, glance));
}

TEST(ReporterGlance, TellsFromWhenTheLevelHeld) {
  Resting guest;
  guest.reporter.set_low_mark(200 * kMiB, kStart + 110 * kMs);
  guest.look(200);
  for (int ms = 300; ms <= 800; ms += 100) EXPECT_TRUE(guest.reporter.rests(kStart + ms * kMs, guest.glance));
  guest.levels.avail_kib = 100 * kMiB;  // it fell within the last tick, and crossed the mark in its middle
  EXPECT_EQ(guest.look(900).low_since_ns, kStart + 850 * kMs);
}

TEST(Reporter, WorksWithoutNumbers) {
  Reporter reporter;
  reporter.start(kStart, 100 * kMs, 1000 * kMs);
  reporter.set_low_mark(64 * kMiB, kStart);
  EXPECT_TRUE(reporter.look(kStart, {}).send);
  EXPECT_FALSE(reporter.look(kStart + 100 * kMs, {}).send);
}

RC_GTEST_PROP(ReporterProperty, NeverLooksCloserThanTenMillisecondsNorSeldomerThanASample,
              (const std::vector<std::uint8_t>& levels, std::uint8_t mark)) {
  Reporter reporter;
  reporter.start(kStart, 100 * kMs, 1000 * kMs);
  reporter.set_low_mark(mark * kMiB, kStart);
  std::int64_t now = reporter.due();
  for (const std::uint8_t level : levels) {
    reporter.look(now, {512 * kMiB, level * kMiB, {}, {}, {}, {}});
    RC_ASSERT(reporter.due() - now >= kLookLeast);
    RC_ASSERT(reporter.due() - now <= 110 * kMs);
    now = reporter.due();
  }
}

}  // namespace
}  // namespace aerostat::agent
