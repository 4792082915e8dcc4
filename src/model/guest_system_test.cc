#include "model/guest_system.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

TEST(GuestSystem, IsNamedByItsProductWhereItIsWindowsAndByItsKernelWhereItIsLinux) {
  GuestSystem windows{.os = "windows", .name = "Windows Server 2008 R2", .version = "6.1.7601"};
  EXPECT_EQ(guest_system_text(windows), "Windows Server 2008 R2");
  windows.edition = "Enterprise";
  windows.service_pack = 1;
  windows.arch = "x64";
  EXPECT_EQ(guest_system_text(windows), "Windows Server 2008 R2 Enterprise SP1 x64");
  windows.service_pack = 0;
  EXPECT_EQ(guest_system_text(windows), "Windows Server 2008 R2 Enterprise x64");
  EXPECT_EQ(guest_system_text({.os = "windows", .release = "6.1.7601"}), "windows 6.1.7601");
  EXPECT_EQ(guest_system_text({.os = "linux", .name = "Debian GNU/Linux", .version = "12", .release = "6.1"}),
            "linux 6.1");
  EXPECT_EQ(guest_system_text({}), "");
}

}  // namespace
}  // namespace aerostat
