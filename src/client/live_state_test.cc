#include "client/live_state.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

using Json = nlohmann::ordered_json;

TEST(LiveState, PutsTogetherWhatWasTold) {
  LiveState state;
  EXPECT_TRUE(state.take({"state", R"({"time":"t","host":{"vms":2,"history":"on"},"vms":[
      {"name":"web","status":"ok","assigned_bytes":5},{"name":"db","assigned_bytes":7}]})"}));
  EXPECT_TRUE(state.take({"change", R"({"host":{"vms":1},"vms":[{"name":"web","assigned_bytes":null},
      {"name":"new","status":"starting"}],"gone":["db"]})"}));
  EXPECT_EQ(state.host(), (Json{{"vms", 1}, {"history", "on"}}));
  EXPECT_EQ(state.vms()["items"], Json::parse(R"([{"name":"new","status":"starting"},
                            {"name":"web","status":"ok","assigned_bytes":null}])"));
}

TEST(LiveState, BeginsAnewWithEachState) {
  LiveState state;
  state.take({"state", R"({"host":{"note":"old"},"vms":[{"name":"web"}]})"});
  state.take({"state", R"({"host":{},"vms":[]})"});
  EXPECT_TRUE(state.vms()["items"].empty());
  EXPECT_TRUE(state.host().empty());
}

TEST(LiveState, TakesAnyText) {
  LiveState state;
  state.take({"state", R"({"host":{"vms":1},"vms":[{"name":"web"}]})"});
  EXPECT_FALSE(state.take({"event", R"({"seq":1})"}));
  for (const char* data : {"", "{", "7", "[]", "null"}) EXPECT_FALSE(state.take({"change", data})) << data;
  for (const char* data : {R"({"host":7,"vms":{"a":1},"gone":"web"})",
                           R"({"host":null,"vms":[7,null,{"name":5},{}],"gone":[1,null]})"}) {
    EXPECT_TRUE(state.take({"change", data})) << data;
    EXPECT_EQ(state.vms()["items"].size(), 1u);
    EXPECT_EQ(state.host()["vms"], 1);
  }
}

}  // namespace
}  // namespace aerostat
