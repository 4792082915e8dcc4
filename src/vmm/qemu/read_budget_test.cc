#include "vmm/qemu/read_budget.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kPiece = 16'384;

TEST(ReadBudget, DoesNotDelayALargeMachineThatIsAskedOften) {
  ReadBudget budget;
  TimePoint now{1h};
  EXPECT_EQ(budget.spend(400'000, now), 0ns) << "all that is found out at first";
  for (int i = 0; i < 1000; ++i) {
    now += 100ms;
    ASSERT_EQ(budget.spend(kPiece, now), 0ns);
  }
}

TEST(ReadBudget, ReadsAFloodAtItsOwnPace) {
  ReadBudget budget;
  const TimePoint begin{1h};
  TimePoint now = begin;
  double read = 0;
  while (now < begin + 60s) {
    now += budget.spend(kPiece, now) + 1us;
    read += kPiece;
  }
  EXPECT_LE(read, kQmpBytesBurst + 61 * kQmpBytesPerSecond);
  EXPECT_GE(read, 59 * kQmpBytesPerSecond);
}

}  // namespace
}  // namespace aerostat
