// simulate and plan on a command line that cannot be right: one sentence, which says what, where and what to
// do.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/command_line.h"

namespace aerostat {
namespace {

struct LabRan {
  int status;
  std::string out, err;
};

LabRan run_lab(const std::vector<std::string>& args) {
  std::ostringstream out, err;
  const int status = run_command_line(args, {out, err, false, false});
  return {status, out.str(), err.str()};
}

class LabUsage : public ::testing::Test {
 protected:
  LabUsage()
      : folder_(std::filesystem::temp_directory_path() / ("lab_usage_test." + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~LabUsage() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) const {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    return path;
  }
  // What is said of it, and with which status.
  static std::string refused(std::vector<std::string> args, int status) {
    const LabRan ran = run_lab(args);
    EXPECT_EQ(ran.status, status) << testing::PrintToString(args) << ran.err;
    EXPECT_EQ(ran.out, "");
    return ran.err;
  }

  std::filesystem::path folder_;
  const std::string short_ = "time_s,vm,need_mib\n0,a,500\n10,a,500\n";
  const std::string good_ = "time_s,vm,need_mib\n0,a,500\n100,a,500\n";
};

TEST_F(LabUsage, NumbersThatAreNoneAreRefusedByEveryOption) {
  const std::string trace = file("t.csv", good_);
  for (const char* bad : {"nan", "inf", "-inf"}) {
    for (const char* option : {"--period", "--hot-cache", "--estimator-error"}) {
      for (const char* command : {"simulate", "plan"}) {
        const std::string said = refused({command, "--trace", trace, "--host-memory", "4G", option, bad}, 2);
        EXPECT_EQ(said.find(std::string("aerostat: ") + option + ": '" + bad + "' is not a number from"), 0u)
            << said;
        EXPECT_NE(said.find(std::string("see aerostat ") + command + " --help"), std::string::npos) << said;
      }
    }
    EXPECT_NE(refused({"plan", "--trace", trace, "--episode", bad}, 2).find("--episode"), std::string::npos);
    EXPECT_NE(refused({"trace", trace, "--tolerance", bad}, 2).find("--tolerance"), std::string::npos);
    EXPECT_NE(refused({"list", std::string("--watch=") + bad}, 2).find("--watch"), std::string::npos);
  }
  EXPECT_NE(refused({"simulate", "--trace", trace, "--seed", "99999999999999999999999"}, 2).find("--seed"),
            std::string::npos);
  EXPECT_NE(refused({"events", "--after", "99999999999999999999999"}, 2).find("--after"), std::string::npos);
}

TEST_F(LabUsage, ATraceThatIsTooShortIsNamed) {
  const std::string trace = file("short.csv", short_);
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"simulate", "--host-memory", "4G"}, std::vector<std::string>{"plan"}}) {
    std::vector<std::string> args = command;
    args.insert(args.end(), {"--trace", trace});
    EXPECT_EQ(refused(args, 1).find("aerostat: trace " + trace + ": is too short to be scored: "), 0u)
        << refused(args, 1);
  }
  EXPECT_EQ(refused({"simulate", "--host-memory", "4G", "--generate", "steady:30"}, 1)
                .find("aerostat: --generate steady:30: is too short to be scored: "),
            0u);
  const std::string nothing = file("zero.csv", "time_s,vm,need_mib\n0,a,0\n100,a,0\n");
  EXPECT_NE(refused({"plan", "--trace", nothing}, 1).find("zero.csv: cannot be scored: "), std::string::npos);
}

TEST_F(LabUsage, AVmThatBootsWithMoreThanTheHostHasIsRefused) {
  const std::string trace = file("t.csv", good_);
  for (const char* size : {"--startup", "--minimum"}) {
    EXPECT_EQ(refused({"simulate", "--trace", trace, "--host-memory", "4G", size, "5G"}, 1),
              std::string("aerostat: settings of VM 'a': ") + (size + 2) +
                  " 5.00 GiB is more than the host has, 4.00 GiB; lower it\n");
  }
  const std::string own = file("s.toml", "[vm.a]\nstartup = \"5G\"\nmaximum = \"8G\"\n");
  EXPECT_NE(refused({"simulate", "--trace", trace, "--host-memory", "4G", "--settings", own}, 1)
                .find("startup 5.00 GiB is more than the host has"),
            std::string::npos);
  EXPECT_EQ(run_lab({"simulate", "--trace", trace, "--host-memory", "4G", "--startup", "4G"}).status, 0);
}

TEST_F(LabUsage, AProfileThatNoPolicyTakesIsRefused) {
  const std::string trace = file("t.csv", good_);
  for (const char* policy : {"static", "all", "aerostat-dense", "plain,static"}) {
    const std::string said = refused(
        {"simulate", "--trace", trace, "--host-memory", "4G", "--policy", policy, "--profile", "swift"}, 2);
    EXPECT_NE(said.find("--profile swift is for policy aerostat"), std::string::npos) << said;
  }
  EXPECT_NE(refused({"plan", "--trace", trace, "--policy", "static", "--profile", "dense"}, 2)
                .find("--profile dense is for policy aerostat"),
            std::string::npos);
  const LabRan ran = run_lab({"simulate", "--trace", trace, "--host-memory", "4G", "--policy",
                              "static,aerostat", "--profile", "swift"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_NE(ran.out.find("aerostat-swift"), std::string::npos) << ran.out;
}

TEST_F(LabUsage, AScenarioWithoutALineIsCalledEmpty) {
  EXPECT_NE(refused({"scenario", file("e.scenario", "")}, 2).find("e.scenario: is empty"), std::string::npos);
  const std::string nowhere = refused({"scenario", (folder_ / "none").string()}, 2);
  EXPECT_NE(nowhere.find("No such file or directory"), std::string::npos) << nowhere;
}

TEST_F(LabUsage, OneFleetIsNotSeveral) {
  const std::string trace = file("t.csv", good_);
  const LabRan ran = run_lab({"plan", "--trace", trace, "--host-memory", "2G", "--seeds", "1"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_NE(ran.out.find("fit (one fleet):"), std::string::npos) << ran.out;
}

TEST_F(LabUsage, HelpSaysWhichCommandsPrintJson) {
  const std::string help = run_lab({"--help"}).out;
  EXPECT_EQ(help.find("--json and --socket work with every command"), std::string::npos);
  EXPECT_NE(help.find("scenario, trace and record print text"), std::string::npos) << help;
}

}  // namespace
}  // namespace aerostat
