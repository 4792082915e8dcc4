#include "base/own_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_folder.h"

namespace aerostat {
namespace {

class OwnFile : public testing::Test {
 protected:
  OwnFile() { path_ = directory_ + "/file"; }
  static void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }
  static std::string read(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  Error::Kind refusal() const {
    const auto text = read_own_file(path_, 10);
    return text ? Error::Kind::Internal : text.error().kind;
  }

  const TemporaryFolder temporary_;
  const std::string& directory_ = temporary_.path();
  std::string path_;
};

TEST_F(OwnFile, IsReadUpToItsBound) {
  EXPECT_EQ(refusal(), Error::Kind::NotFound);
  write(path_, "0123456789");
  EXPECT_EQ(read_own_file(path_, 10).value(), "0123456789");
  write(path_, "0123456789+");
  EXPECT_EQ(refusal(), Error::Kind::Invalid);
}

TEST_F(OwnFile, IsNotReadThroughALinkOrAPipe) {
  write(directory_ + "/other", "secret");
  std::filesystem::create_symlink(directory_ + "/other", path_);
  EXPECT_EQ(refusal(), Error::Kind::Invalid);
  std::filesystem::remove(path_);
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(refusal(), Error::Kind::Invalid) << "and this does not hang";
}

TEST_F(OwnFile, IsNotBelievedWhenItBelongsToAnother) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  write(path_, "text");
  ASSERT_EQ(::chown(path_.c_str(), 65534, 65534), 0);
  EXPECT_EQ(refusal(), Error::Kind::Denied);
}

TEST_F(OwnFile, IsReplacedWhateverStandsThere) {
  write(directory_ + "/other", "kept");
  for (const std::string& name : {path_, path_ + ".new"}) {
    std::filesystem::create_symlink(directory_ + "/other", name);
    EXPECT_FALSE(replace_own_file(path_, "new", 0600, Durable::Yes));
    EXPECT_EQ(read_own_file(path_, 10).value(), "new");
    EXPECT_EQ(read(directory_ + "/other"), "kept");
    std::filesystem::remove(path_);
    ASSERT_EQ(::mkfifo(name.c_str(), 0600), 0);
    EXPECT_FALSE(replace_own_file(path_, "newer", 0600, Durable::No)) << "and this does not hang";
    EXPECT_EQ(read_own_file(path_, 10).value(), "newer");
    std::filesystem::remove(path_);
  }
}

TEST_F(OwnFile, SaysWhatCannotBeWritten) {
  std::filesystem::create_directory(path_);
  write(path_ + "/occupied", "");
  const auto fault = replace_own_file(path_, "text", 0600, Durable::No);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->path, path_);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
  EXPECT_EQ(replace_own_file(directory_ + "/none/file", "text", 0600, Durable::No)->code, ENOENT);
}

}  // namespace
}  // namespace aerostat
