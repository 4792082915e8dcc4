#include "config/config.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

namespace aerostat {
namespace {

using namespace literals;

std::string error_of(std::string_view text) {
  const Result<Config> config = parse_config(text, "a.toml");
  return config ? "no error" : config.error().message;
}

TEST(Config, AnEmptyFileMeansTheDefaults) {
  const Result<Config> config = parse_config("", "a.toml");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->api_socket, "/run/aerostat/api.sock");
  EXPECT_EQ(config->api_socket_mode, 0660u);
  EXPECT_EQ(config->qmp_directories, std::vector<std::string>{"/run/aerostat/vms"});
  EXPECT_TRUE(std::holds_alternative<AutoCapacity>(config->capacity));
  EXPECT_FALSE(config->reserve);
  EXPECT_EQ(config->defaults, Settings{});
}

TEST(Config, ReadsEverything) {
  const Result<Config> config = parse_config(R"(
capacity = "3G"
reserve = "512M"
log_level = "debug"
profile = "swift"
state_dir = "/tmp/state"
[api]
socket = "/tmp/api.sock"
mode = "0600"
group = "kvm"
[qemu]
directories = ["/tmp/a", "/tmp/b"]
[libvirt]
enabled = "true"
uris = ["qemu:///system", "qemu+unix:///session?socket=/tmp/x"]
[defaults]
mode = "dynamic"
buffer = 30
[vm.web]
socket = "/tmp/web.qmp"
startup = "384M"
minimum = "256M"
maximum = "1.5G"
weight = 9000
)",
                                             "a.toml");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(std::get<Bytes>(config->capacity), 3_GiB);
  EXPECT_EQ(config->reserve, 512_MiB);
  EXPECT_EQ(config->log_level, LogLevel::Debug);
  EXPECT_EQ(config->profile, ProfileName::Swift);
  EXPECT_EQ(config->state_dir, "/tmp/state");
  EXPECT_EQ(config->api_socket, "/tmp/api.sock");
  EXPECT_EQ(config->api_socket_mode, 0600u);
  EXPECT_EQ(config->api_socket_group, "kvm");
  EXPECT_EQ(config->qmp_directories.size(), 2u);
  EXPECT_EQ(config->libvirt, LibvirtUse::Yes);
  EXPECT_EQ(config->libvirt_uris.size(), 2u);
  EXPECT_EQ(config->vms.at("web").socket, "/tmp/web.qmp");
  const Settings web = config->settings_of("web");
  EXPECT_EQ(web.mode, Mode::Dynamic);
  EXPECT_EQ(web.buffer_percent, 30);
  EXPECT_EQ(web.maximum, 1536_MiB);
  EXPECT_EQ(web.weight, 9000);
  EXPECT_EQ(config->settings_of("other").mode, Mode::Dynamic);
}

TEST(Config, ReadsWhatIsDoneBeforeAStart) {
  EXPECT_EQ(parse_config("", "f")->starts, StartRules{});
  const auto config =
      parse_config("[starts]\nlibvirt = \"true\"\nwait = 5\nwithout_daemon = \"refuse\"", "f");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->starts, (StartRules{true, std::chrono::seconds(5), false}));
  for (const char* wrong : {"libvirt = \"yes\"", "libvirt = true", "wait = -1", "wait = 86401",
                            "without_daemon = \"\"", "more = 1"})
    EXPECT_FALSE(parse_config(std::string("[starts]\n") + wrong, "f")) << wrong;
}

TEST(Config, NamesThePlaceOfASyntaxError) {
  const std::string error = error_of("capacity = \"1G\"\nreserve = = 2\n");
  EXPECT_TRUE(error.starts_with("a.toml:2:11: this is not TOML: ")) << error;
}

TEST(Config, SuggestsTheNearestKeyForATypo) {
  EXPECT_EQ(error_of("capcity = \"1G\"\n"),
            "a.toml:1:1: the top level has no key 'capcity'; did you mean 'capacity'?");
  EXPECT_EQ(error_of("[vm.web]\n  minmum = \"64M\"\n"),
            "a.toml:2:3: [vm.web] has no key 'minmum'; did you mean 'minimum'?");
  EXPECT_EQ(error_of("[vms.web]\n"),
            "a.toml:1:2: the top level has no key 'vms'; remove it, or use one of: api, capacity, "
            "defaults, history, libvirt, log_level, profile, qemu, reserve, starts, state_dir, vm");
}

TEST(Config, ListsTheKeysWhenNoneIsNear) {
  EXPECT_EQ(error_of("[qemu]\ncolour = 1\n"),
            "a.toml:2:1: [qemu] has no key 'colour'; remove it, or use one of: directories");
}

TEST(Config, TheStepsOfTheHistoryReachAsFarBackAsIsWritten) {
  using std::chrono::hours;
  const auto reach =
      parse_config("[history]\nseconds = \"2h\"\nminutes = \"90d\"\n", "a.toml")->history.reach;
  EXPECT_EQ(reach,
            (std::array<std::chrono::seconds, 4>{hours(2), hours(24), hours(24 * 90), hours(24 * 730)}));
  for (const char* const wrong : {"", "m", "30", "1.5h", "-2h", "2 h", "30s", "8d", "99999999999h", "2w"}) {
    EXPECT_EQ(
        error_of(fmt::format("[history]\nseconds = \"{}\"\n", wrong)),
        fmt::format("a.toml:2:11: seconds '{}' is no span from 1m to 7d; write it like \"90m\", \"12h\" or "
                    "\"30d\"",
                    wrong));
  }
  EXPECT_EQ(error_of("[history]\nminutes = \"12h\"\n"),
            "a.toml:2:11: minutes must reach at least as far back as tens; make it longer, or that shorter");
  EXPECT_EQ(error_of("[history]\nseconds = \"2d\"\n"),
            "a.toml:2:11: tens must reach at least as far back as seconds; make it longer, or that shorter");
}

TEST(Config, RefusesWrongTypes) {
  EXPECT_EQ(error_of("reserve = 512\n"),
            "a.toml:1:11: reserve is a whole number, and a text in quotes is needed; write a "
            "size in quotes with its unit, like reserve = \"512M\"");
  EXPECT_EQ(error_of("[defaults]\nbuffer = \"20\"\n"),
            "a.toml:2:10: buffer is a text, and a whole number is needed; write buffer = 20 (percent)");
  EXPECT_EQ(error_of("api = 3\n"),
            "a.toml:1:7: api is a whole number, and a table is needed; write [api] on a line of its own, and "
            "its keys below");
  EXPECT_EQ(error_of("[qemu]\ndirectories = [\"/a\", 2]\n"),
            "a.toml:2:22: a directory is a whole number, and a text in quotes "
            "is needed; write directories = [\"/run/aerostat/vms\"]");
}

TEST(Config, RefusesWhatIsNotLibvirtOfThisHost) {
  EXPECT_EQ(error_of("[libvirt]\nuris = [\"qemu+ssh://other/system\"]\n"),
            "a.toml:2:9: 'qemu+ssh://other/system' is not libvirt's QEMU driver on this host; write "
            "\"qemu:///system\" or \"qemu:///session\"");
  EXPECT_EQ(error_of("[libvirt]\nuris = [\"qemu:///system\", \"qemu:///system\"]\n"),
            "a.toml:2:27: URI 'qemu:///system' is named twice; remove one");
  EXPECT_EQ(error_of("[libvirt]\nenabled = \"maybe\"\n"),
            "a.toml:2:11: enabled 'maybe' is not known; it is \"auto\", \"true\" or \"false\"");
}

TEST(Config, RefusesBadSizes) {
  EXPECT_EQ(error_of("reserve = \"12\"\n"),
            "a.toml:1:11: reserve: '12' is not a memory size: the unit is missing; write it like 512M, 2G or "
            "1.5GiB");
  EXPECT_EQ(error_of("capacity = \"lots\"\n"),
            "a.toml:1:12: capacity: 'lots' is not a memory size: it does not start with a "
            "number; write it like 512M, 2G or 1.5GiB; or write \"auto\"");
  EXPECT_EQ(error_of("capacity = \"1G\"\nreserve = \"1G\"\n"),
            "a.toml:2:11: reserve 1.00 GiB leaves nothing of the capacity 1.00 GiB; lower it");
}

TEST(Config, RefusesBrokenRulesAtTheValueThatBreaksThem) {
  EXPECT_EQ(error_of("[vm.web]\nbuffer = 3\n"), "a.toml:2:10: buffer % 3 is outside 5 to 2000");
  EXPECT_EQ(
      error_of("[vm.web]\nminimum = \"1G\"\nmaximum = \"512M\"\n"),
      "a.toml:3:11: minimum 1.00 GiB is above maximum 512 MiB; the rule is minimum <= startup <= maximum");
}

TEST(Config, ChecksAVmTogetherWithTheDefaults) {
  EXPECT_EQ(error_of("[defaults]\nminimum = \"1G\"\n[vm.web]\nmaximum = \"512M\"\n"),
            "a.toml:3:5: [vm.web] together with [defaults]: minimum 1.00 GiB is above maximum 512 MiB; the "
            "rule is minimum <= "
            "startup <= maximum; set the missing values here too");
}

TEST(Config, ReportsEveryMistakeInTheOrderOfTheFile) {
  EXPECT_EQ(
      error_of("[vm.web]\nweight = -1\n[api]\nmode = \"rw\"\n[vm.\"a/b\"]\n[defaults]\nmode = \"magic\"\n"),
      "a.toml:2:10: weight -1 is outside 0 to 10000\n"
      "a.toml:4:8: mode 'rw' is not a file mode; write octal digits like \"0660\"\n"
      "a.toml:5:5: 'a/b' is not a valid VM name; use 1 to 64 letters, digits, spaces and . _ - + @ ( ), "
      "not beginning with '.', '-' or a space\n"
      "a.toml:7:8: 'magic' is not a mode; it is static or dynamic");
}

TEST(Config, RefusesPathsThatCannotWork) {
  EXPECT_EQ(error_of("[api]\nsocket = \"api.sock\"\n"),
            "a.toml:2:10: socket 'api.sock' is not an absolute path; begin it with /");
  EXPECT_EQ(error_of("[api]\nsocket = \"/" + std::string(107, 'x') + "\"\n"),
            "a.toml:2:10: socket is 108 characters long, and the kernel allows 107; use a shorter path");
  EXPECT_EQ(error_of("[vm.a]\nsocket = \"/s\"\n[vm.b]\nsocket = \"/s\"\n"),
            "a.toml:4:10: VM 'a' has the same socket; a QMP socket belongs to one VM");
}

TEST(Config, AMissingFileIsOneSentence) {
  const Result<Config> config = load_config("/nowhere/a.toml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().kind, Error::Kind::NotFound);
  EXPECT_EQ(config.error().message,
            "there is no configuration file /nowhere/a.toml; create it (an empty one will do), or name "
            "another with --config");
}

TEST(Config, RefusesWhatIsNoRegularFile) {
  EXPECT_EQ(load_config("/dev/null").error().message, "/dev/null is not a regular file; name a file");
  EXPECT_EQ(load_config("/tmp").error().message, "/tmp is not a regular file; name a file");
}

TEST(Config, HostileTextIsRefusedAndNotShownRaw) {
  EXPECT_EQ(error_of("[vm.web]\nmode = \"\\u001b[31m\"\n"),
            "a.toml:2:8: '?[31m' is not a mode; it is static or dynamic");
  EXPECT_NE(error_of(std::string(100000, '[')), "no error");
  EXPECT_NE(error_of(std::string("a = ") + std::string(100000, '[')), "no error");
  EXPECT_NE(error_of(std::string(200, 'k') + " = 1"), "no error");
}

TEST(Config, TheExampleIsRight) {
  std::ifstream example(AEROSTAT_CONFIG_EXAMPLE);
  const std::string text((std::istreambuf_iterator<char>(example)), {});
  ASSERT_FALSE(text.empty());
  EXPECT_TRUE(parse_config(text, "example")) << error_of(text);
  // Each commented-out setting must be right too.
  std::string all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const bool setting = line.starts_with("#") && line.size() > 1 && line[1] != ' ';
    all += (setting ? line.substr(1) : line) + '\n';
  }
  EXPECT_TRUE(parse_config(all, "example")) << error_of(all);
}

TEST(Config, TcpIsForThisHostOrEncrypted) {
  EXPECT_FALSE(parse_config("", "f")->api_listen);
  const auto local = parse_config("[api]\nlisten = \"127.0.0.1:7070\"\nnames = [\"host.example\"]\n", "f");
  ASSERT_TRUE(local) << local.error().message;
  EXPECT_EQ(local->api_listen, (ApiListen{"127.0.0.1", 7070}));
  EXPECT_EQ(local->api_names, std::vector<std::string>{"host.example"});
  EXPECT_EQ(parse_config("[api]\nlisten = \"[::1]:1\"\n", "f")->api_listen->address, "::1");
  const auto open = parse_config("[api]\nlisten = \"0.0.0.0:7070\"\n", "f");
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().message,
            "f:2:10: listen '0.0.0.0:7070' can be reached from elsewhere, and nothing is encrypted; set "
            "tls_certificate and tls_key, or listen on 127.0.0.1");
  EXPECT_TRUE(
      parse_config("[api]\nlisten = \"0.0.0.0:7070\"\ntls_certificate = \"/c\"\ntls_key = \"/k\"\n", "f"));
  EXPECT_FALSE(parse_config("[api]\ntls_key = \"/k\"\n", "f"));
  for (const char* wrong : {"7070", "localhost:7070", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999",
                            "::1:7070", "[127.0.0.1]:1", "127.0.0.1:1x"})
    EXPECT_FALSE(parse_config(std::string("[api]\nlisten = \"") + wrong + "\"\n", "f")) << wrong;
  EXPECT_FALSE(parse_config("[api]\nnames = [\"http://x\"]\n", "f"));
}

}  // namespace
}  // namespace aerostat
