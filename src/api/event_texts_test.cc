#include "api/event_texts.h"

#include <gtest/gtest.h>

#include "api/fake_manager.h"

namespace aerostat {
namespace {

constexpr std::size_t kManyBytes = 1'000'000;

TEST(ServerSent, IsOneEventHoweverItsTextLooks) {
  const EventRecord event{7, WallTime{}, EventCode::VmVanished, "web", std::string("a\n\ndata: b")};
  EXPECT_EQ(server_sent(event),
            "id: 7\ndata: {\"seq\":7,\"time\":\"1970-01-01T00:00:00.000Z\",\"code\":\"vm.vanished\","
            "\"vm\":\"web\",\"text\":\"a\\n\\ndata: b\",\"by\":null}\n\n");
}

TEST(EventTexts, ReadersThatAreEquallyFarShareTheBytes) {
  FakeManager manager;
  EventTexts texts(manager);
  for (int i = 0; i < 3; ++i) manager.add_event("grew");
  std::uint64_t one = 1, other = 1, behind = 0;
  const SharedText text = texts.next(one, kManyBytes);
  EXPECT_EQ(text->find("id: 2\n"), 0u);
  EXPECT_NE(text->find("id: 3\n"), std::string::npos);
  EXPECT_EQ(texts.next(other, kManyBytes), text) << "the same bytes, not a copy";
  EXPECT_EQ(one, 3u);
  EXPECT_EQ(other, 3u);
  EXPECT_EQ(texts.next(behind, kManyBytes)->find("id: 1\n"), 0u);
  EXPECT_EQ(texts.next(one, kManyBytes), nullptr);
  manager.add_event("grew");
  EXPECT_EQ(texts.next(one, kManyBytes)->find("id: 4\n"), 0u);
}

TEST(EventTexts, GivesPiecesOfALimitedSizeAndOneEventAtLeast) {
  FakeManager manager;
  EventTexts texts(manager);
  for (int i = 0; i < 3; ++i) manager.add_event(std::string(1000, 'x'));
  std::uint64_t reader = 0, small = 0;
  EXPECT_LT(texts.next(reader, 2500)->size(), 2500u);
  EXPECT_EQ(reader, 2u);
  texts.next(small, 1);
  EXPECT_EQ(small, 1u) << "another limit is another piece";
  texts.next(reader, 2500);
  EXPECT_EQ(reader, 3u);
}

TEST(EventTexts, KeepsAsManyAsAManagerDoes) {
  FakeManager manager;
  EventTexts texts(manager);
  for (int i = 0; i < 3000; ++i) manager.add_event("grew");
  EXPECT_EQ(texts.after(0)->seq, 2001u);
  EXPECT_EQ(std::distance(texts.after(2990), texts.end()), 10);
  manager.event_records.clear();
  EXPECT_EQ(newest_event(manager), 0u);
}

}  // namespace
}  // namespace aerostat
