// The stories of tests/scenarios, told with virtual Windows guests: ballooned only, with a balloon that stops
// when the guest's memory runs low; and with the granules and the quiet of Hyper-V's balloon. Law 1 holds in
// all of them. A story that such a guest cannot pass is named here, with the reason.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/log.h"
#include "sim/scenario/play.h"

namespace aerostat::sim {
namespace {

const bool kQuietLog = (set_log_level(LogLevel::Error), true);

using Failures = std::vector<std::string>;

// Each VM of the story also behaves like this.
std::string with_guests(const std::string& path, const std::string& behaves) {
  std::ifstream file(path);
  std::string out, line;
  while (std::getline(file, line)) {
    if (line.starts_with("vm "))
      line += (line.find(" behaves ") == std::string::npos ? " behaves " : ", ") + behaves;
    out += line + "\n";
  }
  return out;
}

// What did not hold, by the story's name.
std::map<std::string, Failures> tell(const std::string& behaves, const Guards& guards = {}) {
  std::map<std::string, Failures> out;
  for (const auto& entry : std::filesystem::directory_iterator(AEROSTAT_SCENARIOS)) {
    if (entry.path().extension() != ".scenario") continue;
    const std::string name = entry.path().stem().string();
    const auto scenario = parse_scenario(with_guests(entry.path().string(), behaves), name);
    if (!scenario)
      ADD_FAILURE() << scenario.error().message;
    else
      out[name] = play(*scenario, guards).failures;
  }
  EXPECT_GT(out.size(), 30u);
  return out;
}

// An expectation that was missed names its line.
bool is_law(const std::string& failure) { return failure.find(": expect ") == std::string::npos; }

void expect_laws(const std::map<std::string, Failures>& stories) {
  for (const auto& [name, failures] : stories)
    for (const std::string& failure : failures) EXPECT_FALSE(is_law(failure)) << name << ": " << failure;
}

void expect_passed(const std::map<std::string, Failures>& stories,
                   const std::map<std::string, std::string>& excused) {
  expect_laws(stories);
  for (const auto& [name, failures] : stories) {
    if (const auto reason = excused.find(name); reason != excused.end())
      EXPECT_FALSE(failures.empty()) << name << " passes and needs no excuse (" << reason->second << ")";
    else
      EXPECT_TRUE(failures.empty()) << name << ": " << failures.front();
  }
}

// Weights decide by making the lighter guest page, and this balloon takes nothing that is in use.
constexpr const char* kTakesNothingInUse = "its balloon stops when the guest's memory runs low";
constexpr const char* kBootsWithAll = "after a reboot it has its maximum, which it boots with";

TEST(WindowsInTheLab, BalloonedOnlyPassesTheStoriesOfLinuxGuests) {
  expect_passed(
      tell("balloon-only, low-line 64M"),
      {{"weights", kTakesNothingInUse}, {"reboot", kBootsWithAll}, {"reboots-often", kBootsWithAll}});
}

TEST(WindowsInTheLab, WithHyperVsBalloonPassesTheStoriesOfLinuxGuests) {
  expect_passed(tell("granules 128M, low-line 64M"), {{"weights", kTakesNothingInUse}});
}

// What needs memory within 50 s of a boot cannot get it: the stories are shorter.
TEST(WindowsInTheLab, NoLawBreaksWhileHyperVsBalloonIsQuietAfterABoot) {
  const std::string quiet = "granules 128M, low-line 64M, quiet 50s";
  expect_laws(tell(quiet));
  Guards guards;
  guards.rails.ledger = false;
  const auto unguarded = tell(quiet, guards);
  EXPECT_TRUE(std::ranges::any_of(unguarded, [](const auto& story) {
    return std::ranges::any_of(story.second, is_law);
  })) << "no law needs its guard here";
}

}  // namespace
}  // namespace aerostat::sim
