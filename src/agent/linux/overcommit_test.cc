#include "agent/linux/overcommit.h"

#include <gtest/gtest.h>

#include "agent/linux/test_tree.h"

namespace aerostat::agent {
namespace {

const char kFile[] = "/proc/sys/vm/overcommit_memory";

TEST(Overcommit, IsRelaxedWhileManagedAndPutBackWhenTheHostWasGoneForThirtySeconds) {
  TestTree tree;
  tree.write(kFile, "0\n");
  Overcommit overcommit(tree.root(), true);
  EXPECT_EQ(overcommit.managed(1), 0);
  EXPECT_EQ(tree.read(kFile), "1");
  overcommit.work(kHostGone);
  EXPECT_EQ(tree.read(kFile), "1");
  overcommit.work(kHostGone + 1);
  EXPECT_EQ(tree.read(kFile), "0");
  overcommit.managed(kHostGone + 2);
  EXPECT_EQ(tree.read(kFile), "1");
  overcommit.restore();
  EXPECT_EQ(tree.read(kFile), "0");
}

TEST(Overcommit, IsLeftAloneWithoutTheOwnersLeave) {
  TestTree tree;
  tree.write(kFile, "2\n");
  Overcommit overcommit(tree.root(), false);
  overcommit.managed(1);
  overcommit.restore();
  EXPECT_EQ(tree.read(kFile), "2\n");
}

TEST(Overcommit, ThatWasMadeStrictStaysSo) {
  TestTree tree;
  tree.write(kFile, "2\n");
  Overcommit overcommit(tree.root(), true);
  EXPECT_EQ(overcommit.managed(1), 0);
  EXPECT_EQ(tree.read(kFile), "2\n");
}

TEST(Overcommit, IsNotPutBackOverWhatSomebodyElseSetMeanwhile) {
  TestTree tree;
  tree.write(kFile, "0\n");
  Overcommit overcommit(tree.root(), true);
  overcommit.managed(1);
  tree.write(kFile, "2\n");
  overcommit.restore();
  EXPECT_EQ(tree.read(kFile), "2\n");
}

TEST(Overcommit, ThatWasRelaxedAlreadyStaysSo) {
  TestTree tree;
  tree.write(kFile, "1\n");
  Overcommit overcommit(tree.root(), true);
  overcommit.managed(1);
  overcommit.restore();
  EXPECT_EQ(tree.read(kFile), "1\n");
}

TEST(Overcommit, SaysWhyItFailed) {
  TestTree tree;
  Overcommit overcommit(tree.root(), true);
  EXPECT_EQ(overcommit.managed(1), ENOENT);
}

}  // namespace
}  // namespace aerostat::agent
