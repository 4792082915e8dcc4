#include "base/bytes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "base/result.h"

namespace aerostat {
namespace {

using namespace literals;

TEST(Bytes, RoundsToBlocks) {
  EXPECT_EQ((5_MiB).round_down(2_MiB), 4_MiB);
  EXPECT_EQ((5_MiB).round_up(2_MiB), 6_MiB);
  EXPECT_EQ((4_MiB).round_up(2_MiB), 4_MiB);
}

TEST(Bytes, ScalesAndSaturates) {
  EXPECT_EQ((100_MiB).scaled(1.5), 150_MiB);
  EXPECT_GT(Bytes::of(1LL << 62).scaled(1000).count(), 1LL << 62);
}

TEST(Bytes, RoundsToTheNearestByte) {
  EXPECT_EQ(Bytes::nearest(1.5), Bytes::of(2));
  EXPECT_EQ(Bytes::nearest(1.49), Bytes::of(1));
  EXPECT_EQ(Bytes::nearest(-1.49), Bytes::of(-1));
  EXPECT_EQ(Bytes::nearest(-1.5), Bytes::of(-2));
  EXPECT_EQ(Bytes::of_mib(-0.5), -(512_KiB));
  EXPECT_EQ(Bytes::nearest(-1e300).count(), std::numeric_limits<std::int64_t>::min());
}

TEST(FormatBytes, SpeaksToPeople) {
  EXPECT_EQ(format_bytes(384_MiB), "384 MiB");
  EXPECT_EQ(format_bytes(Bytes::mib(1408)), "1.38 GiB");
  EXPECT_EQ(format_bytes(Bytes::of(12)), "12 B");
  EXPECT_EQ(format_bytes(-(64_MiB)), "-64 MiB");
}

TEST(ParseSize, ReadsWhatPeopleWrite) {
  EXPECT_EQ(parse_size("512M").value(), 512_MiB);
  EXPECT_EQ(parse_size("2G").value(), 2_GiB);
  EXPECT_EQ(parse_size("1.5GiB").value(), Bytes::mib(1536));
  EXPECT_EQ(parse_size("384 MiB").value(), 384_MiB);
  EXPECT_EQ(parse_size("65536k").value(), 64_MiB);
}

TEST(ParseSize, RefusesWhatItCannotBeSureOf) {
  for (const char* text :
       {"", "512", "-1G", "G", "12X", "1e3G G", "9999999T", "nan", "nanG", "infG", "inf G", "1G2"}) {
    const auto size = parse_size(text);
    ASSERT_FALSE(size.has_value()) << text;
    EXPECT_NE(size.error().message.find("512M"), std::string::npos) << "says how to write it: " << text;
  }
}

TEST(ParseSize, SaysWhatIsWrongWithAComma) {
  EXPECT_EQ(
      parse_size("1,5G").error().message,
      "'1,5G' is not a memory size: use a decimal point and no thousands separators; write it like 512M, "
      "2G or 1.5GiB");
}

RC_GTEST_PROP(ParseSize, ReadsBackWhatItWouldPrintInMiB, ()) {
  const auto n = *rc::gen::inRange<std::int64_t>(0, 1 << 20);
  RC_ASSERT(parse_size(std::to_string(n) + "MiB").value() == Bytes::mib(n));
}

TEST(Error, CollectsPlacesInOrder) {
  const Error error = Error{Error::Kind::Timeout, "no answer after 2 s"}.in("vm web").in("pass 7");
  EXPECT_EQ(error.message, "pass 7: vm web: no answer after 2 s");
}

}  // namespace
}  // namespace aerostat
