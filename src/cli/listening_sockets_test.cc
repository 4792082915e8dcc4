#include "cli/listening_sockets.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "base/temporary_folder.h"

namespace aerostat {
namespace {

TEST(ListeningSockets, AreFoundInTheKernelsTable) {
  const std::string table =
      "Num       RefCount Protocol Flags    Type St Inode Path\n"
      "ffff8a: 00000002 00000000 00010000 0001 01 21483 /run/aerostat/vms/web.qmp\n"
      "ffff8b: 00000003 00000000 00000000 0001 03 21484 /run/aerostat/vms/db.qmp\n"
      "ffff8c: 00000002 00000000 00010000 0001 01 21485 /run/aerostat/vms/my vm.agent\n"
      "ffff8d: 00000003 00000000 00010000 0001 01 21486\n"
      "nonsense\n";
  EXPECT_EQ(first_listening({"/run/aerostat/vms/web.qmp"}, table), "/run/aerostat/vms/web.qmp");
  EXPECT_EQ(first_listening({"/run/aerostat/vms/my vm.agent"}, table), "/run/aerostat/vms/my vm.agent");
  EXPECT_EQ(first_listening({"/run/aerostat/vms/db.qmp"}, table), "") << "connected, but does not listen";
  EXPECT_EQ(first_listening({"/run/aerostat/vms/we", ""}, table), "");
  EXPECT_EQ(first_listening({"/a"}, ""), "");
}

TEST(ListeningSockets, OfThisHostAreSeenWhileTheirProcessLives) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/web.qmp";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(first_listening({path}), "");
  ASSERT_EQ(::listen(fd, 1), 0);
  EXPECT_EQ(first_listening({path}), path);
  ::close(fd);
  EXPECT_EQ(first_listening({path}), "") << "its file is still there, and nobody behind it";
}

}  // namespace
}  // namespace aerostat
