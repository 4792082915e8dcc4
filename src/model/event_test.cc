#include "model/event.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace aerostat {
namespace {

using namespace literals;

std::string text(EventCode code, EventDetail detail = {}) {
  return event_text({1, {}, code, "web", std::move(detail)});
}

TEST(Event, EachCodeIsAWordOfItsOwnAndHasASentence) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < kEventCodes; ++i) {
    const auto code = static_cast<EventCode>(i);
    const std::string_view word = event_code(code);
    EXPECT_TRUE(seen.insert(word).second) << word;
    EXPECT_TRUE(std::all_of(word.begin(), word.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || c == '.' || c == '-';
    })) << word;
    EXPECT_FALSE(text(code).empty()) << word;
  }
  EXPECT_EQ(event_code(EventCode::VmGrow), "vm.grow");
  EXPECT_EQ(event_code(EventCode::ManagerReconfigured), "manager.reconfigured");
}

TEST(Event, MakesItsSentenceOfWhatItTells) {
  EXPECT_EQ(text(EventCode::VmStatus, tells::StatusChange{Status::Ok, Status::NoIntegration, ""}),
            "OK -> No integration");
  EXPECT_EQ(text(EventCode::VmStatus, tells::StatusChange{Status::Ok, Status::Low, "why"}), "OK -> Low: why");
  EXPECT_EQ(text(EventCode::VmReserved, 512_MiB), "512 MiB are kept for it until it starts");
  EXPECT_EQ(text(EventCode::VmVanished, std::string("its socket is gone")), "its socket is gone");
  EXPECT_EQ(text(EventCode::VmMore, tells::LeftOut{EventCode::VmGrow, 17}), "17 more vm.grow were left out");
  Settings to;
  to.mode = Mode::Dynamic;
  EXPECT_EQ(text(EventCode::VmSettings, SettingsChange{to, {Setting::Weight}}),
            "mode dynamic, weight as if not set");
}

TEST(StatusCode, EachIsAWordOfItsOwn) {
  std::set<std::string_view> seen;
  for (int i = 0; i <= static_cast<int>(Status::Off); ++i) {
    const std::string_view code = status_code(static_cast<Status>(i));
    EXPECT_NE(code, "?");
    EXPECT_TRUE(seen.insert(code).second) << code;
  }
  EXPECT_EQ(status_code(Status::NoIntegration), "no-integration");
}

}  // namespace
}  // namespace aerostat
