#include "agent/common/pace.h"

#include <gtest/gtest.h>

namespace aerostat::agent {
namespace {

// A guest that refuses what it cannot promise can run out with much of its memory available.
TEST(Pace, RoomIsWhatIsUsedUpFirst) {
  Reading reading;
  EXPECT_FALSE(room_left(reading));
  reading.avail_kib = 500;
  EXPECT_EQ(room_left(reading), 500);
  reading.commit_room_kib = 200;
  EXPECT_EQ(room_left(reading), 200);
  reading.commit_room_kib = 900;
  EXPECT_EQ(room_left(reading), 500);
  reading.avail_kib.reset();
  EXPECT_FALSE(room_left(reading)) << "half of it says nothing";
}

TEST(Pace, SamplesAreTenMillisecondsToTenSecondsApart) {
  EXPECT_EQ(sample_interval("10"), 10 * kMs);
  EXPECT_EQ(sample_interval("10000"), 10'000 * kMs);
  for (const char* word : {"", "9", "0", "-10", "10001", "10ms", "1e3", "99999999999"})
    EXPECT_FALSE(sample_interval(word)) << word;
}

}  // namespace
}  // namespace aerostat::agent
