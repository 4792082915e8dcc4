#include "client/event_stream.h"

#include <gtest/gtest.h>

#include <vector>

namespace aerostat {
namespace {

class Events : public testing::Test {
 protected:
  bool take(std::string_view bytes) {
    return stream_.take(bytes, [this](const StreamEvent& event) {
      seen_.push_back(std::string(event.kind) + "=" + std::string(event.data));
      return seen_.size() < most_;
    });
  }
  EventStream stream_;
  std::vector<std::string> seen_;
  std::size_t most_ = 100;
};

TEST_F(Events, HaveAKindAndDataHoweverTheirBytesArrive) {
  const std::string text =
      ": ping\n\nid: 1\ndata: a\n\nevent: change\r\ndata: b\r\ndata:c\r\n\r\nevent: none\n\nretry\ndata\n\n";
  const std::vector<std::string> all = {"message=a", "change=b\nc", "message="};
  take(text);
  EXPECT_EQ(seen_, all);
  seen_.clear();
  for (const char c : text) take({&c, 1});
  EXPECT_EQ(seen_, all);
}

TEST_F(Events, AreKnownWhenTheyAreComplete) {
  take("event: state\ndata: half");
  EXPECT_TRUE(seen_.empty());
  EXPECT_GT(stream_.waiting(), 0u);
  take(" and half\n\n");
  EXPECT_EQ(seen_, std::vector<std::string>{"state=half and half"});
  EXPECT_EQ(stream_.waiting(), 0u);
}

TEST_F(Events, EndWhereTheirReaderHasHadEnough) {
  most_ = 1;
  EXPECT_FALSE(take("data: 1\n\ndata: 2\n\n"));
  EXPECT_EQ(seen_.size(), 1u);
}

}  // namespace
}  // namespace aerostat
