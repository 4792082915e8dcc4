#include "vmm/libvirt/libvirt_uri.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

std::optional<std::string> nothing(const char*) { return std::nullopt; }

TEST(LibvirtUri, TellsWhereProcessIdsAre) {
  EXPECT_EQ(run_directory_of("qemu:///system", nothing), "/run/libvirt/qemu");
  EXPECT_EQ(run_directory_of("qemu+unix:///system?socket=/tmp/x/libvirt/libvirt-sock", nothing),
            "/tmp/x/libvirt/qemu");
  EXPECT_EQ(run_directory_of("qemu+unix:///session?mode=legacy&socket=/tmp/libvirt-sock&a=b", nothing),
            "/tmp/qemu/run");
  const auto runtime = [](const char* name) {
    return std::string_view(name) == "XDG_RUNTIME_DIR" ? std::optional<std::string>("/run/user/7")
                                                       : std::nullopt;
  };
  EXPECT_EQ(run_directory_of("qemu:///session", runtime), "/run/user/7/libvirt/qemu/run");
}

}  // namespace
}  // namespace aerostat
