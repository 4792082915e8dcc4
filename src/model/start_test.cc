#include "model/start.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;

std::string field_of(const StartRequest& request) {
  const Result<void> checked = validate(request);
  return checked ? "" : checked.error().field;
}

TEST(Start, AnErrorNamesTheFieldThatMustChange) {
  EXPECT_EQ(field_of({.vm = "web", .memory = 1_GiB, .wait = 60s, .lasts = 300s, .weight = 0}), "");
  EXPECT_EQ(field_of({.vm = "", .memory = 1_GiB}), "vm");
  EXPECT_EQ(field_of({.vm = "a/b", .memory = 1_GiB}), "vm");
  EXPECT_EQ(field_of({.vm = "web"}), "memory_bytes");
  EXPECT_EQ(field_of({.vm = "web", .memory = 1_GiB, .wait = -1s}), "wait_seconds");
  EXPECT_EQ(field_of({.vm = "web", .memory = 1_GiB, .lasts = 86401s}), "lasts_seconds");
  EXPECT_EQ(field_of({.vm = "web", .memory = 1_GiB, .weight = 10001}), "weight");
}

TEST(Start, EveryStateHasANameOfItsOwn) {
  for (std::size_t i = 0; i < kStartStates.size(); ++i) {
    const auto state = static_cast<StartState>(i);
    EXPECT_EQ(start_state_of(start_state_name(state)), state);
    EXPECT_EQ(start_ended(state), i > 2) << start_state_name(state);
  }
  EXPECT_FALSE(start_state_of("asleep"));
}

}  // namespace
}  // namespace aerostat
