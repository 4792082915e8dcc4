#include "agent/linux/port.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "agent/linux/test_tree.h"

namespace aerostat::agent {
namespace {

// A typing error of root must not cost /etc/passwd.
TEST(Port, AFileIsNoPort) {
  TestTree tree;
  tree.write("/passwd", "root:x:0:0\n");
  const std::string file = tree.root() + "/passwd";
  for (const std::string& path : {file, tree.root()}) {
    Port port("", path);
    EXPECT_EQ(port.open(), ENODEV) << path;
    EXPECT_FALSE(port.opened());
    EXPECT_FALSE(port.send("hello\n"));
  }
  EXPECT_EQ(tree.read("/passwd"), "root:x:0:0\n");
}

TEST(Port, ALongNameIsNotCut) {
  TestTree tree;
  const std::string start = tree.root() + "/";
  const std::string cut = start + std::string(255 - start.size(), 'x');
  std::filesystem::create_symlink("/dev/null", cut);
  EXPECT_EQ(Port("", cut).open(), 0);
  const std::string longer = cut + "y";
  EXPECT_EQ(Port("", longer).open(), ENAMETOOLONG);
}

TEST(Port, AnEndIsTheEndOfThePort) {
  Port port("", "/dev/null");
  ASSERT_EQ(port.open(), 0);
  bool gone = false;
  EXPECT_EQ(port.receive(gone), "");
  EXPECT_TRUE(gone) << "it would be read again at once, for ever";
}

}  // namespace
}  // namespace aerostat::agent
