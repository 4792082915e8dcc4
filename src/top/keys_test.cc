#include "top/keys.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace aerostat::top {
namespace {

class Keys : public ::testing::Test {
 protected:
  Keys() {
    live.take(Json::parse(R"({"manager":"running"})"), Json::parse(R"({"items":[
        {"name":"a","status":"ok","assigned_bytes":1048576},
        {"name":"b","status":"warning","assigned_bytes":3145728,"pressure_percent":130},
        {"name":"c","status":"ok"}]})"));
  }
  Do type(char c) { return press(view, live, {Key::Char, c}); }
  Do type(Key key) { return press(view, live, {key}); }
  std::string order() {
    std::string out;
    for (const Vm* vm : sorted(view, live)) out += vm->name;
    return out;
  }
  Live live;
  View view;
};

TEST_F(Keys, SortByEachColumnAndBack) {
  EXPECT_EQ(order(), "abc");
  type('s');
  EXPECT_EQ(view.sort, SortBy::Status);
  EXPECT_EQ(order(), "bac") << "the gravest first";
  type('s');
  EXPECT_EQ(order(), "bac") << "the largest first, and what is not known last";
  type('r');
  EXPECT_EQ(order(), "cab");
  type('S');
  type('S');
  EXPECT_EQ(view.sort, SortBy::Name);
}

TEST_F(Keys, ChooseAVmThatStaysChosenWhateverTheOrder) {
  type('j');
  EXPECT_EQ(view.chosen, "b");
  type('s');
  EXPECT_EQ(view.chosen, "b");
  type(Key::End);
  EXPECT_EQ(view.chosen, "c");
  type(Key::Down);
  EXPECT_EQ(view.chosen, "c");
  type(Key::Home);
  type(Key::Up);
  EXPECT_EQ(view.chosen, "b");
}

TEST_F(Keys, ASettingIsChangedOnlyAfterAYes) {
  type('e');
  ASSERT_TRUE(view.edit);
  EXPECT_EQ(type(Key::Enter), Do::TryChange);
  view.edit->confirming = true;
  EXPECT_EQ(type('n'), Do::Nothing);
  view.edit->confirming = true;
  EXPECT_EQ(type(Key::Enter), Do::Nothing) << "Enter twice is no yes";
  view.edit->confirming = true;
  EXPECT_EQ(type('y'), Do::MakeChange);
  type(Key::Escape);
  EXPECT_FALSE(view.edit);
}

TEST_F(Keys, InAFieldLettersAreText) {
  type('e');
  EXPECT_EQ(type('q'), Do::Nothing);
  EXPECT_TRUE(view.edit);
}

TEST_F(Keys, PauseAsksFirst) {
  type('p');
  EXPECT_TRUE(view.asks_pause);
  EXPECT_EQ(type('x'), Do::Nothing);
  type('p');
  EXPECT_EQ(type('y'), Do::Pause);
  live.take(Json::parse(R"({"manager":"paused"})"), {});
  type('p');
  EXPECT_EQ(type('y'), Do::Resume);
}

TEST_F(Keys, QuitAndHelp) {
  EXPECT_EQ(type('?'), Do::Nothing);
  EXPECT_TRUE(view.help);
  EXPECT_EQ(type('x'), Do::Nothing);
  EXPECT_FALSE(view.help);
  EXPECT_EQ(type('q'), Do::Quit);
}

}  // namespace
}  // namespace aerostat::top
