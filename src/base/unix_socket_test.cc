#include "base/unix_socket.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "base/temporary_folder.h"

namespace aerostat {
namespace {

// The limit of this process, for as long as a test needs it.
class Limit {
 public:
  explicit Limit(rlim_t soft) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit now = before_;
    now.rlim_cur = soft;
    ::setrlimit(RLIMIT_NOFILE, &now);
  }
  ~Limit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;
  rlim_t hard() const { return before_.rlim_max; }
  static rlim_t soft() {
    rlimit now{};
    ::getrlimit(RLIMIT_NOFILE, &now);
    return now.rlim_cur;
  }

 private:
  rlimit before_{};
};

// Somebody who listens.
class Listener {
 public:
  Listener() {
    path = folder_ + "/socket";
    fd_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the socket API's own cast
    ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::listen(fd_, 64);
  }
  ~Listener() { ::close(fd_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  std::string path;

 private:
  const TemporaryFolder temporary_;
  const std::string& folder_ = temporary_.path();
  int fd_ = -1;
};

TEST(PeerProcess, IsWhoListens) {
  const Listener listener;
  const UnixConnection connection = connect_unix(listener.path);
  ASSERT_GE(connection.fd, 0);
  const auto peer = peer_process(connection.fd);
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->pid, ::getpid());
  ::close(connection.fd);
}

TEST(ConnectUnix, SaysWhyItCannot) {
  const Listener listener;
  EXPECT_EQ(connect_unix(listener.path + "-none").error, ENOENT);
  EXPECT_EQ(connect_unix("").error, ENAMETOOLONG);
  EXPECT_EQ(connect_unix(std::string(200, 'a')).error, ENAMETOOLONG);
}

TEST(Descriptors, ManyVmsLeaveSomeToReadTheHostWith) {
  const Listener listener;
  const Limit limit(256);
  std::vector<int> taken;
  UnixConnection last{};
  for (int i = 0; i < 60; ++i) {
    for (int each = 0; each < 8; ++each) taken.push_back(::dup(0));
    last = connect_unix(listener.path);
    if (last.fd < 0) break;
    taken.push_back(last.fd);
  }
  EXPECT_EQ(last.error, EMFILE);
  EXPECT_TRUE(std::ifstream("/proc/meminfo").good()) << "what the kernel says can still be read";
  for (const int fd : taken) ::close(fd);
}

TEST(Descriptors, LimitIsRaisedAsFarAsItMayBe) {
  const Limit limit(256);
  EXPECT_EQ(raise_descriptor_limit(), limit.hard());
  EXPECT_EQ(Limit::soft(), limit.hard());
}

}  // namespace
}  // namespace aerostat
