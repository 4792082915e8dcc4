// The driver against a real QEMU that runs no guest: what it is told, what it understands of that, and a
// monitor that is stopped, closed and killed. Guests that obey are for tests/e2e. Skipped with a reason where
// there is no QEMU.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "lab.h"
#include "vmm/qemu/qemu_machines.h"

extern char** environ;

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

// AEROSTAT_QEMU names another one, by its path.
const char* qemu() {
  const char* const other = std::getenv("AEROSTAT_QEMU");
  return other == nullptr ? "/usr/bin/qemu-system-x86_64" : other;
}

class RealQemuTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(qemu())) GTEST_SKIP() << qemu() << " is not there";
  }
  ~RealQemuTest() override {
    for (const pid_t pid : started_) end(pid);
  }

  pid_t start(const std::string& name, const std::vector<std::string>& devices) {
    std::vector<std::string> words = {
        qemu(),          "-nodefaults", "-no-user-config",
        "-display",      "none",        "-S",
        "-name",         name,          "-machine",
        "q35,accel=tcg", "-qmp",        fmt::format("unix:{},server=on,wait=off", lab.path(name + ".qmp"))};
    words.insert(words.end(), devices.begin(), devices.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_t pid = -1;
    AEROSTAT_CHECK(::posix_spawn(&pid, qemu(), nullptr, nullptr, argv.data(), environ) == 0,
                   "QEMU can be started");
    started_.push_back(pid);
    return pid;
  }
  std::vector<std::string> everything() const {
    return {"-m",       "384M,maxmem=4G",
            "-object",  "memory-backend-ram,id=vmem0,size=1G,reserve=off",
            "-device",  "virtio-mem-pci,id=vm0,memdev=vmem0,requested-size=0,block-size=2M",
            "-device",  "virtio-balloon-pci",
            "-device",  "virtio-serial-pci",
            "-chardev", fmt::format("socket,id=ag0,path={},server=on,wait=off", lab.path("db.agent")),
            "-device",  "virtserialport,chardev=ag0,name=org.aerostat.guest.0"};
  }
  void end(pid_t pid) {
    ::kill(pid, SIGKILL);
    ::kill(pid, SIGCONT);
    ::waitpid(pid, nullptr, 0);
  }
  bool up(const std::string& name) {
    return lab.until([&] { return lab.is_up(name); });
  }

  RealLab lab;
  std::vector<pid_t> started_;
  QemuMachines machines{lab.io, lab.clock, lab};
};

TEST_F(RealQemuTest, TellsAllItsDevices) {
  const pid_t pid = start("db", everything());
  ASSERT_TRUE(machines.watch(lab.dir));
  ASSERT_TRUE(up("db"));
  const MachineFacts& f = lab.facts("db");
  EXPECT_EQ(f.pid, pid);
  EXPECT_EQ(f.base, 384_MiB);
  EXPECT_EQ(f.assigned(), 384_MiB);
  EXPECT_EQ(f.levels.most(), 1408_MiB);
  EXPECT_EQ(f.levels.grain(), 2_MiB);
  EXPECT_EQ(f.agent_socket, lab.path("db.agent"));
  EXPECT_EQ(f.run_state, RunState::Paused);
  EXPECT_EQ(f.manager_note, "");
  lab.machines["db"]->set_target(700_MiB);
  EXPECT_EQ(f.committed(), 700_MiB);
  EXPECT_TRUE(lab.throughout(1500ms, [&] { return f.committed() == 700_MiB && f.assigned() == 384_MiB; }));
  lab.machines["db"]->set_target(384_MiB);
  EXPECT_TRUE(lab.until([&] { return f.committed() == 384_MiB; }));
  EXPECT_EQ(f.manager_note, "");
}

TEST_F(RealQemuTest, CountsDimmsAndMemoryItDoesNotManage) {
  start("big", {"-m", "256M,slots=2,maxmem=8G", "-object", "memory-backend-ram,id=d,size=128M", "-device",
                "pc-dimm,memdev=d", "-object", "memory-backend-ram,id=v0,size=512M", "-device",
                "virtio-mem-pci,memdev=v0,requested-size=0", "-object", "memory-backend-ram,id=v1,size=512M",
                "-device", "virtio-mem-pci,memdev=v1,requested-size=64M", "-device", "virtio-balloon-pci"});
  ASSERT_TRUE(machines.watch(lab.dir));
  ASSERT_TRUE(up("big"));
  const MachineFacts& f = lab.facts("big");
  EXPECT_THAT(f.manager_note, HasSubstr("2 virtio-mem devices: only the first"));
  EXPECT_EQ(f.target(), 448_MiB);  // whichever is the first
  EXPECT_EQ(f.committed(), 448_MiB);
}

TEST_F(RealQemuTest, AProcessThatIsStoppedIsHungAndComesBack) {
  const pid_t sick = start("sick", everything());
  start("well", {"-m", "128M"});
  ASSERT_TRUE(machines.watch(lab.dir));
  ASSERT_TRUE(up("sick"));
  ASSERT_TRUE(up("well"));
  ::kill(sick, SIGSTOP);
  lab.machines["sick"]->set_target(512_MiB);
  ASSERT_TRUE(lab.until([&] { return lab.facts("sick").link == Link::Hung; }));
  EXPECT_EQ(lab.facts("sick").committed(), 512_MiB);
  EXPECT_TRUE(up("well"));
  ::kill(sick, SIGCONT);
  ASSERT_TRUE(up("sick"));
  EXPECT_EQ(lab.facts("sick").committed(), 512_MiB);  // the order was carried out after all
}

TEST_F(RealQemuTest, AProcessThatIsKilledIsGone) {
  const pid_t pid = start("db", everything());
  ASSERT_TRUE(machines.watch(lab.dir));
  ASSERT_TRUE(up("db"));
  ::kill(pid, SIGKILL);
  ASSERT_TRUE(lab.until([&] { return lab.machines.empty(); }));
  EXPECT_TRUE(std::filesystem::exists(lab.path("db.qmp")));  // it could not remove it
  EXPECT_THAT(lab.vanished[0], HasSubstr("no process listens"));
}

}  // namespace
}  // namespace aerostat
