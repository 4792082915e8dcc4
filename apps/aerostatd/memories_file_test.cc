#include "memories_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/temporary_folder.h"

namespace aerostat {
namespace {

class MemoriesFileTest : public testing::Test {
 protected:
  void write(const std::string& text) { std::ofstream(folder.path() + "/memories") << text; }
  TemporaryFolder folder;
  MemoriesFile file{folder.path()};
};

TEST_F(MemoriesFileTest, GivesBackWhatWasRemembered) {
  EXPECT_TRUE(file.recall().empty()) << "there is no file yet";
  const VmMemory hurt{{"qemu", "web"}, {77, 1234}, Bytes::mib(192), 2, WallTime(std::chrono::hours(500000))};
  VmMemory shared{{"libvirt", "1111"}, {78, std::nullopt}, {}};
  shared.stepped_back = "something else moves its balloon";
  file.remember({hurt, shared});
  EXPECT_EQ(file.recall(), (std::vector{hurt, shared}));
  file.remember({});
  EXPECT_TRUE(file.recall().empty());
}

TEST_F(MemoriesFileTest, LeavesOutWhatCannotBe) {
  write(R"({"version":1,"vms":[7, {},
      {"driver":"qemu","vm":"a","pid":-1,"floor":1,"relapses":0,"until_ms":1},
      {"driver":"qemu","vm":"b","pid":1,"floor":-1,"relapses":0,"until_ms":1},
      {"driver":"qemu","vm":"c","pid":1,"floor":1,"relapses":9999999,"until_ms":1},
      {"driver":"qemu","vm":"d","pid":1,"floor":1,"relapses":1,"until_ms":99999999999999999},
      {"driver":"qemu","vm":"","pid":1,"floor":1,"relapses":1,"until_ms":1},
      {"driver":"qemu","vm":"good","pid":1,"floor":1,"relapses":1,"until_ms":1,"stepped_back":"a\u001b[2Jb"}]})");
  const std::vector<VmMemory> read = file.recall();
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].vm.stable, "good");
  EXPECT_EQ(read[0].stepped_back, "a?[2Jb");
}

TEST_F(MemoriesFileTest, ADamagedOrNewerFileIsAsNone) {
  for (const char* text :
       {"", "{", "[]", "null", R"({"version":1})", R"({"vms":[]})", R"({"version":1,"vms":7})",
        R"({"version":2,"vms":[{"driver":"qemu","vm":"a","pid":1,"floor":1,"relapses":0,)"
        R"("until_ms":1}]})"}) {
    write(text);
    EXPECT_TRUE(file.recall().empty()) << text;
  }
}

}  // namespace
}  // namespace aerostat
