#include "agent/linux/os_release.h"

#include <gtest/gtest.h>

namespace aerostat::agent {
namespace {

TEST(OsRelease, GivesAValueWithoutItsQuotes) {
  const std::string_view debian =
      "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID='12'\nID=debian";
  EXPECT_EQ(os_release_value(debian, "NAME"), "Debian GNU/Linux") << "not PRETTY_NAME";
  EXPECT_EQ(os_release_value(debian, "VERSION_ID"), "12");
  EXPECT_EQ(os_release_value(debian, "ID"), "debian");
  EXPECT_EQ(os_release_value(debian, "VERSION"), "") << "not VERSION_ID";
  EXPECT_EQ(os_release_value("NAME=\"half\nVERSION_ID=", "NAME"), "\"half");
  EXPECT_EQ(os_release_value("VERSION_ID=", "VERSION_ID"), "");
  EXPECT_EQ(os_release_value("", "NAME"), "");
}

}  // namespace
}  // namespace aerostat::agent
