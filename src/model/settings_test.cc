#include "model/settings.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace aerostat {
namespace {

using namespace literals;

Settings sizes(std::optional<Bytes> minimum, std::optional<Bytes> startup, std::optional<Bytes> maximum) {
  Settings s;
  s.minimum = minimum;
  s.startup = startup;
  s.maximum = maximum;
  return s;
}

TEST(Settings, NameTheRuleTheyBreak) {
  const auto broken = validate(sizes(1_GiB, 512_MiB, 2_GiB));
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().message,
            "minimum 1.00 GiB is above startup 512 MiB; the rule is minimum <= startup <= maximum");
  EXPECT_FALSE(validate(sizes(2_GiB, std::nullopt, 1_GiB)));
  EXPECT_FALSE(validate(sizes(16_MiB, std::nullopt, std::nullopt)));
  EXPECT_TRUE(validate(sizes(256_MiB, 512_MiB, 2_GiB)));
}

TEST(Settings, BoundBufferAndWeightAsHyperVDoes) {
  Settings s;
  for (const int good : {5, 20, 2000}) {
    s.buffer_percent = good;
    EXPECT_TRUE(validate(s));
  }
  for (const int bad : {4, 2001, -1}) {
    s.buffer_percent = bad;
    EXPECT_FALSE(validate(s));
  }
  s = {};
  for (const int good : {0, 5000, 10000}) {
    s.weight = good;
    EXPECT_TRUE(validate(s));
  }
  for (const int bad : {-1, 10001}) {
    s.weight = bad;
    EXPECT_FALSE(validate(s));
  }
}

TEST(Settings, GoBackOneByOne) {
  const Settings own{Mode::Dynamic, 512_MiB, 256_MiB, 2_GiB, 20, 100};
  EXPECT_EQ(changed(own, {}), own);
  Settings to;
  to.weight = 7;
  Settings expected = own;
  expected.weight = 7;
  expected.buffer_percent.reset();
  EXPECT_EQ(changed(own, {to, {Setting::Buffer}}), expected);
  const SettingsChange all{{},
                           {Setting::Mode, Setting::Startup, Setting::Minimum, Setting::Maximum,
                            Setting::Buffer, Setting::Weight}};
  EXPECT_EQ(changed(own, all), Settings{});
}

TEST(Limits, DefaultToWhatTheVmBootedWithAndItsDevicesAllow) {
  const Limits limits = resolve({}, 512_MiB, 4_GiB);
  EXPECT_EQ(limits.mode, Mode::Static);
  EXPECT_EQ(limits.startup, 512_MiB);
  EXPECT_EQ(limits.minimum, 512_MiB);
  EXPECT_EQ(limits.maximum, 4_GiB);
  EXPECT_FALSE(limits.buffer_percent) << "learned";
  EXPECT_EQ(limits.weight, 5000);
}

RC_GTEST_PROP(LimitsProperty, AreOrderedWhateverTheSettings,
              (unsigned a, unsigned b, unsigned c, unsigned base, unsigned most)) {
  const Limits limits =
      resolve(sizes(Bytes::kib(a), Bytes::kib(b), Bytes::kib(c)), Bytes::kib(base), Bytes::kib(most));
  RC_ASSERT(limits.minimum <= limits.startup);
  RC_ASSERT(limits.startup <= limits.maximum);
  RC_ASSERT(limits.maximum <= std::max(Bytes::kib(base), Bytes::kib(most)));
}

}  // namespace
}  // namespace aerostat
