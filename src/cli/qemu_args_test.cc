#include "cli/qemu_args.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/temporary_folder.h"

extern char** environ;

namespace aerostat {
namespace {

using namespace literals;
using QmpJson = nlohmann::json;

TEST(QemuArgs, MakeAVmFullyManageable) {
  const auto args = qemu_args({"web", 384_MiB, 1_GiB, "/run/aerostat/vms", "vmem0"});
  ASSERT_TRUE(args) << args.error().message;
  EXPECT_EQ(
      shell_text(*args),
      "-name web \\\n"
      "-m size=384M,maxmem=1024M \\\n"
      "-object memory-backend-ram,id=vmem0-ram,size=640M,reserve=off \\\n"
      "-device virtio-mem-pci,id=vmem0,memdev=vmem0-ram,requested-size=0 \\\n"
      "-device virtio-balloon-pci,id=aerostat-balloon \\\n"
      "-device virtio-serial-pci,id=aerostat-serial \\\n"
      "-chardev socket,id=aerostat-agent,path=/run/aerostat/vms/web.agent,server=on,wait=off \\\n"
      "-device virtserialport,bus=aerostat-serial.0,chardev=aerostat-agent,name=org.aerostat.guest.0 \\\n"
      "-qmp unix:/run/aerostat/vms/web.qmp,server=on,wait=off\n");
  const std::string line = shell_words(*args).value();
  EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST(QemuArgs, LetAWindowsGuestBootWithItsMaximum) {
  QemuVm vm{"win", 2_GiB, 8_GiB, "/v", "m"};
  vm.windows = true;
  const std::string text = shell_words(qemu_args(vm).value()).value();
  EXPECT_NE(text.find("-m size=8192M -device virtio-balloon-pci"), std::string::npos) << text;
  EXPECT_EQ(text.find("virtio-mem"), std::string::npos);
  EXPECT_NE(qemu_hint(vm).find("--hv-balloon"), std::string::npos);
  EXPECT_NE(qemu_hint(vm).find("with the service it adds memory to Server 2012 R2 to 2025 only"),
            std::string::npos);
  EXPECT_EQ(qemu_hint({"web", 1_GiB, 2_GiB}), "");
  vm.dimms = true;
  EXPECT_NE(shell_words(qemu_args(vm).value()).value().find("-m size=2048M,slots="), std::string::npos)
      << "an Enterprise server takes DIMMs in";
  EXPECT_NE(qemu_hint(vm).find("leave out --dimms"), std::string::npos);
}

TEST(QemuArgs, GiveHyperVsBalloonItsMemoryAndRoomToAlignIt) {
  QemuVm vm{"win", 4_GiB, 8_GiB, "/v", "m"};
  vm.hyperv = true;
  const std::string text = shell_words(qemu_args(vm).value()).value();
  EXPECT_EQ(text.rfind("-name win -m size=4096M,maxmem=73728M "
                       "-object memory-backend-ram,id=m-ram,size=4096M,reserve=off -device vmbus-bridge "
                       "-device hv-balloon,id=aerostat-balloon,status-report=on,memdev=m-ram ",
                       0),
            0u)
      << text;
  EXPECT_EQ(text.find("virtio-balloon"), std::string::npos) << "only one balloon is supported";
  EXPECT_NE(qemu_hint(vm).find("8.2"), std::string::npos);
  EXPECT_NE(qemu_hint(vm).find("With the service only Server 2012 R2 to 2025"), std::string::npos);
  vm.maximum = vm.startup;
  EXPECT_EQ(shell_words(qemu_args(vm).value()).value().find("memdev"), std::string::npos);
  vm.dimms = true;
  EXPECT_EQ(qemu_args(vm).error().message,
            "--dimms and --hv-balloon are two ways to add memory; use one of them");
}

// bash: $(echo "-name 'wi n'") is three words, with the quotes in them.
TEST(QemuArgs, OnOneLineNeedNoQuotes) {
  for (const QemuVm& vm : {QemuVm{"wi n", 1_GiB, 2_GiB}, QemuVm{"web(1)", 1_GiB, 2_GiB},
                           QemuVm{"web", 1_GiB, 2_GiB, "/my vms"}}) {
    const auto args = qemu_args(vm);
    ASSERT_TRUE(args);
    const auto line = shell_words(*args);
    ASSERT_FALSE(line) << *line;
    EXPECT_NE(line.error().message.find("leave out --one-line"), std::string::npos);
  }
}

TEST(QemuArgs, RefuseADeviceIdThatAnotherOneHas) {
  EXPECT_FALSE(qemu_args({"web", 1_GiB, 2_GiB, "/v", "aerostat-balloon"}));
  EXPECT_TRUE(qemu_args({"web", 1_GiB, 2_GiB, "/v", "memory"}));
}

TEST(QemuArgs, RoundUpToWhatAGuestCanAdd) {
  const auto args = qemu_args({"web", 385_MiB, 1_GiB, "/v", "m"});
  ASSERT_TRUE(args);
  EXPECT_EQ((*args)[3], "size=386M,maxmem=1026M");
}

TEST(QemuArgs, NeedNoHotPlugWithoutRoomToGrow) {
  const auto args = qemu_args({"web", 1_GiB, 1_GiB, "/v", "m"});
  ASSERT_TRUE(args);
  EXPECT_EQ((*args)[3], "size=1024M");
  EXPECT_EQ(shell_text(*args).find("virtio-mem"), std::string::npos);
}

TEST(QemuArgs, GiveSlotsToAGuestWithoutADriverForVirtioMem) {
  QemuVm vm{"web", 384_MiB, 1_GiB, "/v", "m"};
  vm.dimms = true;
  auto args = qemu_args(vm);
  ASSERT_TRUE(args);
  EXPECT_EQ((*args)[3], "size=384M,slots=16,maxmem=1024M");
  EXPECT_EQ(shell_text(*args).find("virtio-mem"), std::string::npos);
  EXPECT_NE(shell_text(*args).find("virtio-balloon"), std::string::npos);
  vm.maximum = vm.startup;
  args = qemu_args(vm);
  ASSERT_TRUE(args);
  EXPECT_EQ((*args)[3], "size=384M");
}

TEST(QemuArgs, QuoteForTheShell) {
  EXPECT_EQ(shell_text({"-a", "b c", "d'e", "$(f)", "", "~g"}), "-a 'b c' 'd'\\''e' '$(f)' '' '~g'\n");
}

TEST(QemuArgs, RefuseWhatCouldNotWork) {
  const QemuVm right{"web", 384_MiB, 1_GiB, "/v", "m"};
  EXPECT_TRUE(qemu_args(right));
  const auto refused_with = [&right](auto member, const auto& value) {
    QemuVm vm = right;
    vm.*member = value;
    return !qemu_args(vm);
  };
  for (const char* name : {"", "a,b", "-a", "../a", "web.agent", "web.vnc"}) {
    EXPECT_TRUE(refused_with(&QemuVm::name, name)) << name;
  }
  EXPECT_TRUE(refused_with(&QemuVm::startup, 16_MiB));
  EXPECT_TRUE(refused_with(&QemuVm::maximum, 383_MiB));
  EXPECT_TRUE(refused_with(&QemuVm::maximum, 5000_GiB));
  for (const std::string& path : {std::string(), std::string("relative"), std::string("/a,b"),
                                  std::string("/a\nb"), "/" + std::string(100, 'd')}) {
    EXPECT_TRUE(refused_with(&QemuVm::directory, path)) << path;
  }
  for (const char* id : {"", "0m", "_m", "m,n", "m n"})
    EXPECT_TRUE(refused_with(&QemuVm::memory_id, id)) << id;
}

// A real QEMU, stopped before its first instruction; ended with its test.
class RealQemu {
 public:
  explicit RealQemu(const std::vector<std::string>& args, std::string qmp) : qmp_(std::move(qmp)) {
    std::vector<std::string> all = {"qemu-system-x86_64", "-S",       "-display",     "none",
                                    "-nodefaults",        "-machine", "q35,accel=tcg"};
    all.insert(all.end(), args.begin(), args.end());
    std::vector<char*> raw;
    for (std::string& arg : all) raw.push_back(arg.data());
    raw.push_back(nullptr);
    if (::posix_spawnp(&pid_, raw[0], nullptr, nullptr, raw.data(), environ) != 0) pid_ = -1;
  }
  ~RealQemu() {
    if (fd_ >= 0) ::close(fd_);
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  RealQemu(const RealQemu&) = delete;

  bool connect() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, qmp_.data(), qmp_.size());
    for (int tries = 0; tries < 1200; ++tries) {
      fd_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
      if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
        const timeval patience{60, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        return !ask("qmp_capabilities").is_discarded();
      }
      ::close(std::exchange(fd_, -1));
      if (::waitpid(pid_, nullptr, WNOHANG) != 0) {
        pid_ = -1;  // it has ended: refused its arguments
        return false;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
  }
  // What "return" holds; an error as it is.
  QmpJson ask(const std::string& command, const QmpJson& arguments = QmpJson::object()) {
    const std::string line = QmpJson{{"execute", command}, {"arguments", arguments}}.dump() + "\n";
    ::send(fd_, line.data(), line.size(), MSG_NOSIGNAL);
    while (true) {
      const std::size_t end = received_.find('\n');
      if (end != std::string::npos) {
        const QmpJson answer = QmpJson::parse(received_.substr(0, end), nullptr, false);
        received_.erase(0, end + 1);
        if (answer.contains("return")) return answer["return"];
        if (answer.contains("error")) return answer;
        continue;
      }
      char part[4096];
      const ssize_t got = ::recv(fd_, part, sizeof part, 0);
      if (got <= 0) return QmpJson(QmpJson::value_t::discarded);
      received_.append(part, static_cast<std::size_t>(got));
    }
  }

 private:
  std::string qmp_;
  std::string received_;
  pid_t pid_ = -1;
  int fd_ = -1;
};

class WithRealQemu : public testing::TestWithParam<std::pair<int, int>> {};

TEST_P(WithRealQemu, ItStartsAndOffersTheWholeMaximum) {
  if (::access("/usr/bin/qemu-system-x86_64", X_OK) != 0)
    GTEST_SKIP() << "qemu-system-x86_64 is not installed";
  const Bytes startup = Bytes::mib(GetParam().first), maximum = Bytes::mib(GetParam().second);
  const TemporaryFolder folder;
  const std::string& directory = folder.path();
  {
    const auto args = qemu_args({"web", startup, maximum, directory, "vmem0"});
    ASSERT_TRUE(args) << args.error().message;
    RealQemu qemu(*args, directory + "/web.qmp");
    ASSERT_TRUE(qemu.connect()) << "QEMU did not start with " << shell_text(*args);
    EXPECT_EQ(qemu.ask("query-memory-size-summary")["base-memory"], startup.count());
    EXPECT_EQ(qemu.ask("query-balloon")["actual"], startup.count());
    EXPECT_EQ(qemu.ask("query-name")["name"], "web");
    const QmpJson devices = qemu.ask("query-memory-devices");
    if (maximum > startup) {
      ASSERT_EQ(devices.size(), 1u) << devices;
      const QmpJson& device = devices[0]["data"];
      EXPECT_EQ(device["id"], "vmem0");
      EXPECT_EQ(device["requested-size"], 0);
      const std::int64_t size = device["max-size"].get<std::int64_t>();
      EXPECT_GE(Bytes::of(size) + startup, maximum);
      EXPECT_LT(Bytes::of(size) + startup, maximum + 128_MiB);
      const QmpJson set =
          qemu.ask("qom-set",
                   {{"path", "/machine/peripheral/vmem0"}, {"property", "requested-size"}, {"value", size}});
      EXPECT_EQ(set, QmpJson::object()) << set;
    } else {
      EXPECT_EQ(devices.size(), 0u);
    }
    bool agent = false;
    for (const QmpJson& chardev : qemu.ask("query-chardev")) {
      agent = agent || (chardev["label"] == "aerostat-agent" &&
                        chardev["filename"].get<std::string>().find(directory + "/web.agent,server=on") !=
                            std::string::npos);
    }
    EXPECT_TRUE(agent);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, WithRealQemu,
                         testing::Values(std::pair{384, 1024}, std::pair{512, 512}, std::pair{1000, 4100},
                                         std::pair{3072, 16384}, std::pair{32, 34}, std::pair{5000, 8200}));

}  // namespace
}  // namespace aerostat
