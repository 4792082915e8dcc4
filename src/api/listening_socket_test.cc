#include "api/listening_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/temporary_folder.h"

namespace aerostat {
namespace {

class Listening : public testing::Test {
 protected:
  Listening() { path_ = directory_ + "/api.sock"; }

  int bind_other(bool listen) const {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    if (listen) {
      EXPECT_EQ(::listen(fd, 1), 0);
    }
    return fd;
  }
  mode_t mode() const {
    struct stat about{};
    EXPECT_EQ(::stat(path_.c_str(), &about), 0);
    return about.st_mode & 0777;
  }

  const TemporaryFolder temporary_;
  const std::string& directory_ = temporary_.path();
  std::string path_;
};

TEST_F(Listening, HasTheModeAskedForWhateverTheUmask) {
  const mode_t before = ::umask(0);
  const auto wide = ListeningSocket::open(path_, 0660, std::nullopt);
  ::umask(before);
  ASSERT_TRUE(wide) << wide.error().message;
  EXPECT_EQ(mode(), 0660u);
}

TEST_F(Listening, RemovesItsFileAtTheEnd) {
  {
    const auto made = ListeningSocket::open(path_, 0600, std::nullopt);
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(Listening, LeavesAFileThatIsNoLongerItsOwn) {
  auto made = ListeningSocket::open(path_, 0600, std::nullopt);
  ASSERT_TRUE(made);
  const std::string aside = path_ + ".old";  // keeps the inode number in use
  std::filesystem::rename(path_, aside);
  std::ofstream(path_) << "another";
  {
    const ListeningSocket ends = std::move(*made);
  }
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(Listening, ReplacesTheSocketOfADeadDaemon) {
  ::close(bind_other(true));
  const auto made = ListeningSocket::open(path_, 0600, std::nullopt);
  EXPECT_TRUE(made) << made.error().message;
}

TEST_F(Listening, LeavesALivingDaemonAlone) {
  const int other = bind_other(true);
  const auto made = ListeningSocket::open(path_, 0600, std::nullopt);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message,
            "another aerostatd answers on " + path_ + "; stop it first, or set another socket under [api]");
  EXPECT_TRUE(std::filesystem::exists(path_));
  ::close(other);
}

TEST_F(Listening, OnlyOneOfTwoGetsThePath) {
  const auto first = ListeningSocket::open(path_, 0600, std::nullopt);
  ASSERT_TRUE(first);
  const auto second = ListeningSocket::open(path_, 0600, std::nullopt);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, Error::Kind::Refused);
}

TEST_F(Listening, RefusesWhatIsNoSocket) {
  std::ofstream(path_) << "precious";
  const auto made = ListeningSocket::open(path_, 0600, std::nullopt);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message,
            path_ + " exists and is not a socket; move it away, or set another socket under [api]");
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(Listening, NamesAGroupThatDoesNotExist) {
  const auto made = ListeningSocket::open(path_, 0600, "no-such-group");
  ASSERT_FALSE(made);
  EXPECT_EQ(
      made.error().message,
      "there is no group 'no-such-group' for the API socket; create it, or set another group under [api]");
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(Listening, RefusesPathsThatCannotBe) {
  EXPECT_FALSE(ListeningSocket::open("", 0600, std::nullopt));
  EXPECT_FALSE(ListeningSocket::open("/" + std::string(200, 'x'), 0600, std::nullopt));
  EXPECT_FALSE(ListeningSocket::open(directory_ + "/a/b/api.sock", 0600, std::nullopt));
}

TEST_F(Listening, GivesTheSocketToItsGroup) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a file away";
  const auto made = ListeningSocket::open(path_, 0660, "daemon");
  ASSERT_TRUE(made) << made.error().message;
  struct stat about{};
  ASSERT_EQ(::stat(path_.c_str(), &about), 0);
  EXPECT_EQ(about.st_gid, made->group());
  EXPECT_NE(about.st_gid, 0u);
}

}  // namespace
}  // namespace aerostat
