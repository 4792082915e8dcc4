#include "top/edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aerostat::top {
namespace {

using namespace literals;
using ::testing::HasSubstr;

Vm web() {
  Vm out;
  out.name = "web";
  out.mode = "static";
  out.startup = 512_MiB;
  out.minimum = 512_MiB;
  out.maximum = 4_GiB;
  out.weight = 5000;
  return out;
}

void type(Edit& edit, const std::string& text) {
  for (const char c : text) edit.type(c);
}

TEST(Edit, SendsOnlyWhatDiffers) {
  Edit edit(web());
  EXPECT_EQ(*edit.change(), "");
  edit.type(' ');
  edit.move(3);
  edit.rub_out();
  edit.rub_out();
  type(edit, "1.5G");
  EXPECT_EQ(*edit.change(), R"({"mode":"dynamic","maximum_bytes":1610612736})");
}

TEST(Edit, AnEmptyFieldTakesTheSettingBack) {
  Edit edit(web());
  edit.move(-1);
  for (int i = 0; i < 9; ++i) edit.rub_out();
  EXPECT_EQ(*edit.change(), R"({"weight":null})");
}

TEST(Edit, RefusesWhatIsNoValueAndGoesToItsField) {
  Edit edit(web());
  edit.move(2);
  type(edit, "x");
  edit.move(3);
  ASSERT_FALSE(edit.change());
  EXPECT_EQ(edit.place(), 2u);
  EXPECT_THAT(edit.change().error().message, HasSubstr("minimum: '512Mx' is not a memory size"));
  edit.rub_out();
  edit.move(3);
  type(edit, "9");
  EXPECT_EQ(edit.change().error().message, "weight: '50009' is not a whole number from 0 to 10000");
}

TEST(Edit, OneKeyChangesTheModeAndOneBack) {
  Edit edit(web());
  edit.type('x');
  EXPECT_EQ(edit.fields()[0].now, "dynamic");
  edit.rub_out();
  EXPECT_EQ(edit.fields()[0].now, "dynamic");
  edit.type('x');
  EXPECT_EQ(*edit.change(), "");
}

}  // namespace
}  // namespace aerostat::top
