#include "phase.h"

#include <gtest/gtest.h>

namespace workload {
namespace {

// The reason why a phase is refused; empty if it is not.
std::string_view refusal(std::string_view words) {
  const char* reason = "";
  return read_phase(words, reason) ? "" : reason;
}

TEST(Phase, ReadsAnAllocation) {
  const char* reason = "";
  const auto phase = read_phase("alloc:900:200:random", reason);
  ASSERT_TRUE(phase);
  EXPECT_EQ(phase->kind, Kind::Alloc);
  EXPECT_EQ(phase->bytes, 900 * kMiB);
  EXPECT_EQ(phase->rate, 200 * kMiB);
  EXPECT_EQ(phase->fill, Fill::Random);
}

TEST(Phase, LeavesOutWhatIsLeftOut) {
  const char* reason = "";
  const auto phase = read_phase("malloc:0.5::pattern", reason);
  ASSERT_TRUE(phase);
  EXPECT_EQ(phase->bytes, kMiB / 2);
  EXPECT_EQ(phase->rate, 0);
  EXPECT_EQ(phase->fill, Fill::Pattern);
}

TEST(Phase, TakesTheTimeFirstInHoldAndSecondInRead) {
  const char* reason = "";
  const auto hold = read_phase("hold:2.5:30", reason);
  const auto read = read_phase("read:30:2.5", reason);
  ASSERT_TRUE(hold && read);
  EXPECT_EQ(hold->time_ns, 2'500'000'000);
  EXPECT_EQ(read->time_ns, 2'500'000'000);
  EXPECT_EQ(hold->bytes, read->bytes);
}

TEST(Phase, FreesEverythingWithoutANumber) {
  const char* reason = "";
  const auto phase = read_phase("free", reason);
  ASSERT_TRUE(phase);
  EXPECT_EQ(phase->bytes, 0);
}

TEST(Phase, RefusesWithAReason) {
  EXPECT_EQ(refusal(""), "unknown command");
  EXPECT_EQ(refusal("aloc:9"), "unknown command");
  EXPECT_EQ(refusal("alloc"), "a field is missing");
  EXPECT_EQ(refusal("alloc:"), "a field is missing");
  EXPECT_EQ(refusal("alloc:x"), "not a number from 0 to 10000000");
  EXPECT_EQ(refusal("alloc:-1"), "not a number from 0 to 10000000");
  EXPECT_EQ(refusal("alloc:nan"), "not a number from 0 to 10000000");
  EXPECT_EQ(refusal("alloc:9:9:zero"), "the fill is random or pattern");
  EXPECT_EQ(refusal("alloc:9:9:random:9"), "too many fields");
  EXPECT_EQ(refusal("exit:1"), "too many fields");
}

}  // namespace
}  // namespace workload
