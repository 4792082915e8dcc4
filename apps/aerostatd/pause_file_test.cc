#include "pause_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_folder.h"

namespace aerostat {
namespace {

class Pause : public testing::Test {
 protected:
  const TemporaryFolder temporary_;
  const std::string& directory_ = temporary_.path();
};

TEST_F(Pause, IsThereWhileItLasts) {
  const PauseFile file(directory_ + "/made");
  EXPECT_FALSE(file.since());
  ASSERT_TRUE(file.keep(true));
  EXPECT_TRUE(file.since());
  ASSERT_TRUE(file.keep(false));
  EXPECT_FALSE(file.since());
  EXPECT_TRUE(file.keep(false)) << "and once more does no harm";
}

TEST_F(Pause, WritesNowhereElseAndDoesNotHang) {
  const PauseFile file(directory_);
  const std::string other = directory_ + "/other", path = directory_ + "/paused";
  std::ofstream(other) << "kept";
  std::filesystem::create_symlink(other, path);
  EXPECT_TRUE(file.since());
  ASSERT_TRUE(file.keep(true));
  EXPECT_EQ(std::filesystem::file_size(other), 4u);
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_TRUE(file.since());
  ASSERT_TRUE(file.keep(true)) << "a pipe that nobody reads";
  EXPECT_TRUE(std::filesystem::is_regular_file(path));
}

}  // namespace
}  // namespace aerostat
