#include "vmm/qemu/socket_directory.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

TEST(VmNameOf, IsTheFileNameWithoutItsEnding) {
  EXPECT_EQ(vm_name_of("db.qmp"), "db");
  EXPECT_EQ(vm_name_of("db.monitor"), "db");
  EXPECT_EQ(vm_name_of("web-1.example.sock"), "web-1.example");
  EXPECT_EQ(vm_name_of("Home Assistant.qmp"), "Home Assistant");
}

TEST(VmNameOf, IsEmptyForWhatIsNoMonitor) {
  for (const char* file : {"db", ".qmp", "db.agent", "db.agent.sock", "db.serial.sock", "db.qmp.tmp",
                           "-db.qmp", "a,b.qmp", "..qmp"}) {
    EXPECT_EQ(vm_name_of(file), "") << file;
  }
}

}  // namespace
}  // namespace aerostat
