#include "model/parts.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>

namespace aerostat {
namespace {

using namespace literals;

TEST(Parts, AreNamedAndLeaveOutWhatIsNothing) {
  Parts parts;
  parts.add(Part::Demand, 700_MiB);
  parts.add(Part::Block, 0_MiB);
  parts.raise_to(Part::Floor, 800_MiB);
  parts.raise_to(Part::Minimum, 256_MiB);
  parts.cut_to(Part::Maximum, 750_MiB);
  EXPECT_EQ(parts.sum(), 750_MiB);
  EXPECT_EQ(parts_text(parts),
            "750 MiB: 700 MiB demand + 100 MiB up to the level that hurt lately - 50 MiB beyond its "
            "maximum");
  EXPECT_EQ(parts_text({}), "0 MiB");
}

// As a person would add up what is written.
std::int64_t added_up(const std::string& text) {
  std::istringstream words(text.substr(text.find(": ") + 2));
  std::int64_t sum = 0, sign = 1, number = 0;
  for (std::string word, before; words >> word; before = word) {
    if (word == "+" || word == "-") sign = word == "+" ? 1 : -1;
    if (word != "MiB") continue;
    number = std::stoll(before);
    sum += sign * number;
  }
  return sum;
}

RC_GTEST_PROP(PartsProperty, AddUpAsTheyAreWritten, ()) {
  Parts parts;
  parts.add(Part::Demand, Bytes::mib(40));
  for (std::size_t i = 1; i < kParts; ++i)
    parts.add(static_cast<Part>(i), Bytes::of(*rc::gen::inRange<std::int64_t>(0, 3'000'000'000)));
  parts.cut_to(Part::Offer, Bytes::of(*rc::gen::inRange<std::int64_t>(0, 30'000'000'000)));
  const std::string text = parts_text(parts);
  RC_LOG() << text;
  RC_ASSERT(added_up(text) == std::stoll(text));
}

}  // namespace
}  // namespace aerostat
