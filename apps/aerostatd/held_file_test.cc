#include "held_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_folder.h"

namespace aerostat {
namespace {

using namespace literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Held : public testing::Test {
 protected:
  static HeldBook::Entry web(Bytes committed) { return {"web", {42, 1234}, committed}; }
  HeldBook::All read() const { return HeldFile(directory_).recall(); }
  std::string path() const { return directory_ + "/held"; }
  ino_t inode() const {
    struct stat about{};
    return ::lstat(path().c_str(), &about) == 0 ? about.st_ino : 0;
  }

  const TemporaryFolder temporary_;
  const std::string& directory_ = temporary_.path();
};

TEST_F(Held, OutlivesTheDaemon) {
  const HeldBook::Entry unknown{"Home Assistant", {43, std::nullopt}, 1_GiB};
  HeldFile(directory_ + "/made").remember({web(512_MiB), unknown});
  EXPECT_THAT(HeldFile(directory_ + "/made").recall(), ElementsAre(web(512_MiB), unknown));
  EXPECT_THAT(read(), IsEmpty());
}

TEST_F(Held, IsWrittenOnlyWhenItIsNew) {
  HeldFile file(directory_);
  file.remember({web(512_MiB)});
  const ino_t first = inode();
  // Kept, so that the file system does not give the number to the next file.
  std::filesystem::create_hard_link(path(), directory_ + "/first");
  file.remember({web(512_MiB)});
  EXPECT_EQ(inode(), first);
  file.remember({web(640_MiB)});
  EXPECT_NE(inode(), first);
  EXPECT_THAT(read(), ElementsAre(web(640_MiB)));
  file.remember({});
  EXPECT_THAT(read(), IsEmpty());
}

TEST_F(Held, IsNotLedElsewhereAndDoesNotHang) {
  const std::string other = directory_ + "/other";
  std::ofstream(other) << "42 1234 1073741824 web\n";
  std::filesystem::create_symlink(other, path());
  EXPECT_THAT(read(), IsEmpty()) << "a link is not followed";
  HeldFile(directory_).remember({web(512_MiB)});
  EXPECT_THAT(read(), ElementsAre(web(512_MiB)));
  std::filesystem::remove(path());
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  EXPECT_THAT(read(), IsEmpty());
  ASSERT_EQ(::mkfifo((path() + ".new").c_str(), 0600), 0);
  HeldFile(directory_).remember({web(512_MiB)});
  EXPECT_THAT(read(), ElementsAre(web(512_MiB)));
}

TEST_F(Held, AFailedWriteIsTriedAgain) {
  std::filesystem::create_directories(path() + ".new/occupied");
  HeldFile file(directory_);
  file.remember({web(512_MiB)});
  std::filesystem::remove_all(path() + ".new");
  file.remember({web(512_MiB)});
  EXPECT_THAT(read(), ElementsAre(web(512_MiB)));
}

}  // namespace
}  // namespace aerostat
