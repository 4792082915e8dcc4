#include "api/access.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace aerostat {
namespace {

constexpr AccessRule kRule{900, 901};

TEST(Access, RootTheDaemonAndTheGroupMayChange) {
  EXPECT_TRUE(may_change(Peer{0, 0, {}}, kRule));
  EXPECT_TRUE(may_change(Peer{900, 5, {}}, kRule));
  EXPECT_TRUE(may_change(Peer{1000, 901, {}}, kRule));
  EXPECT_TRUE(may_change(Peer{1000, 1000, {4, 901}}, kRule));
}

TEST(Access, OthersMayNotAndHearWhy) {
  const auto refused = may_change(Peer{1000, 1000, {4, 0}}, kRule);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::Denied);
  EXPECT_EQ(refused.error().message,
            "changing is refused, because user 1000 is neither root nor in the socket's group 901; "
            "use sudo, or join that group and log in again");
}

TEST(Access, NobodyIsToldToJoinTheGroupRoot) {
  const auto refused = may_change(Peer{1000, 1000, {}}, AccessRule{0, 0});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("group 0"), std::string::npos) << refused.error().message;
}

TEST(Access, NobodyKnownMayNot) { EXPECT_FALSE(may_change(std::nullopt, kRule)); }

TEST(Access, TheKernelSaysWhoWeAre) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const auto peer = peer_of_socket(ends[0]);
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->uid, ::geteuid());
  EXPECT_EQ(peer->gid, ::getegid());
  EXPECT_EQ(static_cast<int>(peer->groups.size()), ::getgroups(0, nullptr));
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_FALSE(peer_of_socket(-1));
}

}  // namespace
}  // namespace aerostat
