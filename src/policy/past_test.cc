#include "policy/past.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace aerostat {
namespace {

// The last span that is kept in half seconds; longer ones end up to 32 s later.
constexpr double kNear = 48;
constexpr double kLateSpan = 32;

// What a VM needed, sample by sample, ten times a second.
struct Lived {
  TimePoint at{std::chrono::hours(1)};
  std::vector<double> needs;
  Past past;

  explicit Lived(double first) : needs{first} { past.begin(at, first); }
  void see(double need) {
    at += std::chrono::milliseconds(100);
    past.note(at, needs.back(), need);
    needs.push_back(need);
  }
  // The most of the last so many seconds.
  double most_of(double seconds) const {
    double most = 0;
    const auto samples = static_cast<std::size_t>(seconds * 10);
    for (std::size_t i = 0; i < std::min(samples, needs.size()); ++i)
      most = std::max(most, needs[needs.size() - 1 - i]);
    return most;
  }
};

TEST(Past, KnowsNoSpanLongerThanTheVMsLife) {
  Lived vm(1000);
  EXPECT_EQ(vm.past.spans_known(), 0);
  for (int i = 0; i < 25; ++i) vm.see(1000);
  ASSERT_GT(vm.past.spans_known(), 0);
  EXPECT_LE(Past::kSpans[vm.past.spans_known() - 1], 2.5);
}

TEST(Past, ForgetsWhatIsOlderThanASpan) {
  Lived vm(1000);
  vm.see(3000);
  for (int i = 0; i < 5000; ++i) vm.see(1000);
  for (std::size_t i = 0; i < Past::kSpans.size(); ++i) EXPECT_EQ(vm.past.most(i), 1000) << Past::kSpans[i];
}

TEST(Past, RemembersWhatIsNotOlderThanTheLongestSpan) {
  for (int phase = 0; phase < 32; ++phase) {  // of the spans that late needs are kept in
    Lived vm(1000);
    for (int i = 0; i < 3000 + phase * 10; ++i) vm.see(1000);
    vm.see(3000);
    for (int i = 0; i < 2540; ++i) vm.see(1000);
    EXPECT_EQ(vm.past.most(Past::kSpans.size() - 1), 3000) << phase;
  }
}

RC_GTEST_PROP(PastProperty, TellsTheMostOfEachSpan, ()) {
  Lived vm(2000);
  const int samples = *rc::gen::inRange(1, 4000);
  const int jumps = *rc::gen::inRange(1, 400);
  for (int i = 0; i < samples; ++i)
    vm.see(i % jumps == 0 ? static_cast<double>(*rc::gen::inRange(0, 4000)) : vm.needs.back());
  for (std::size_t i = 0; i < vm.past.spans_known(); ++i) {
    const double span = Past::kSpans[i];
    RC_ASSERT(vm.past.most(i) >= static_cast<float>(vm.most_of(span - 0.5)));
    RC_ASSERT(vm.past.most(i) <= static_cast<float>(vm.most_of(span + (span > kNear ? kLateSpan : 0) + 1)));
  }
}

}  // namespace
}  // namespace aerostat
