// What follows for each guest of data/guests.toml: its hello and its samples go in, as its service sends
// them; the decision, the status and the text that a person reads come out, as guests_expected.txt has them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "control/talking_guest.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::World;
using ::testing::HasSubstr;

using Guest = fakes::TalkingGuest;
using fakes::kBoots;
using fakes::kHost;
using fakes::linux_guest;
using fakes::table;
using fakes::windows;

// Every guest of the original's list, with the service pack that the list asks for.
std::vector<std::string> of_the_original() {
  std::vector<std::string> out;
  const std::vector<std::string> server = {"Standard", "Web", "Enterprise", "Datacenter"};
  const std::vector<std::string> client = {"Ultimate", "Enterprise"};
  const std::vector<std::string> both = {"x86", "x64"};
  const auto add = [&](const std::string& name, const std::vector<std::string>& editions, int pack,
                       const std::vector<std::string>& archs) {
    for (const std::string& edition : editions)
      for (const std::string& arch : archs) out.push_back(windows(name, edition, pack, arch));
  };
  add("Windows Server 2008 R2", server, 1, {"x64"});
  add("Windows 7", client, 1, both);
  add("Windows Server 2008", server, 2, both);
  add("Windows Vista", client, 1, both);
  add("Windows Server 2003 R2", server, 2, both);
  add("Windows Server 2003", server, 2, both);
  return out;
}

// Guests that the original's list leaves out, or that came later.
std::vector<std::string> others() {
  return {
      windows("Windows Server 2008 R2", "Enterprise", 0, "x64"),
      windows("Windows 7", "Ultimate", 0, "x64"),
      windows("Windows 7", "Professional", 1, "x64"),
      windows("Windows Server 2008", "Standard", 1, "x64"),
      windows("Windows Vista", "Ultimate", 0, "x86"),
      windows("Windows Vista", "Home Premium", 2, "x86"),
      windows("Windows Server 2003", "Standard", 1, "x86"),
      windows("Windows XP", "Professional", 3, "x86"),
      windows("Windows 8", "Professional", 0, "x64"),
      windows("Windows 8.1", "Professional", 0, "x86"),
      windows("Windows 10", "Professional", 0, "x86"),
      windows("Windows 10", "Professional", 0, "x64"),
      windows("Windows 11", "Enterprise", 0, "x64"),
      windows("Windows Server 2012", "Standard", 0, "x64"),
      windows("Windows Server 2012 R2", "Datacenter", 0, "x64"),
      windows("Windows Server 2016", "Standard", 0, "x64"),
      windows("Windows Server 2019", "Standard", 0, "x64"),
      windows("Windows Server 2022", "Datacenter", 0, "x64"),
      windows("Windows Server 2025", "Standard", 0, "x64"),
      windows("Windows", "", 0, "x64"),
      linux_guest("5.10.0-30-amd64", "Debian GNU/Linux", "11"),
      linux_guest("6.1.0-30-cloud-amd64", "Debian GNU/Linux", "12"),
      linux_guest("6.12.1-amd64", "Debian GNU/Linux", "13"),
      linux_guest("5.15.0-100-generic", "Ubuntu", "22.04"),
      linux_guest("3.10.0-1160.el7.x86_64", "CentOS Linux", "7"),
      linux_guest("4.18.0-553.el8_10.x86_64", "Rocky Linux", "8.10"),
      linux_guest("5.14.0-427.el9.x86_64", "AlmaLinux", "9.4"),
      linux_guest("6.12.0-55.el10.x86_64", "Red Hat Enterprise Linux", "10.0"),
      linux_guest("6.8.5-301.fc40.x86_64", "Fedora Linux", "40"),
      linux_guest("6.6.31-0-virt", "Alpine Linux", "3.20.0"),
      linux_guest("6.1.0"),
      linux_guest("4.19.0-26-amd64", "Debian GNU/Linux", "10"),
      linux_guest("2.6.18-8"),
      linux_guest("6.1.0-30-686", "Debian GNU/Linux", "12", "i686"),
      linux_guest("custom"),
      R"(,"os":"freebsd","release":"14.1-RELEASE")",
      "",
  };
}

// "stays at 1024 MiB", "grows to 2400 MiB".
std::string outcome(Guest& guest) {
  const Bytes now = guest.assigned();
  return fmt::format("{} {} MiB",
                     now > kBoots   ? "grows to"
                     : now < kBoots ? "shrinks to"
                                    : "stays at",
                     now.whole_mib());
}

std::string line_of(Guest& guest, std::string_view what) {
  const VmReport report = guest.report();
  return fmt::format("  {:<22}{}; {}{}{}\n", what, outcome(guest), status_name(report.status),
                     report.note.empty() ? "" : ": ", report.note);
}

// All that follows for one guest.
std::string story_of(const std::string& hello) {
  std::string out;
  for (const GuestAbility way : {GuestAbility::Dimm, GuestAbility::VirtioMem, GuestAbility::HvBalloon}) {
    Guest guest(way, table());
    guest.hello(hello);
    guest.needs(2_GiB, 5s);
    if (out.empty()) {
      const VmExam exam = guest.exam();
      out = exam.standing.title + "\n";
      out += fmt::format("  {:<22}{}\n", "row", exam.standing.row);
      if (!exam.standing.remedy.empty()) out += fmt::format("  {:<22}{}\n", "remedy", exam.standing.remedy);
    }
    out += line_of(guest, fmt::format("in need, {}", ability_name(way)));
  }
  Guest idle(GuestAbility::Dimm, table());
  idle.hello(hello);
  idle.needs(300_MiB, 300s, 2s);
  return out + line_of(idle, "idle for 5 minutes");
}

// The file's blocks, each by its first line.
std::map<std::string, std::string> expected() {
  std::ifstream file(AEROSTAT_GUESTS_EXPECTED);
  std::map<std::string, std::string> out;
  std::string line, name;
  while (std::getline(file, line)) {
    if (line.empty() || line.starts_with("#")) continue;
    if (!line.starts_with("  ")) name = line;
    out[name] += line + "\n";
  }
  return out;
}

void check(const std::vector<std::string>& guests) {
  const auto known = expected();
  for (const std::string& hello : guests) {
    const std::string story = story_of(hello);
    const std::string name = story.substr(0, story.find('\n'));
    const auto found = known.find(name);
    EXPECT_EQ(story, found == known.end() ? "" : found->second) << "for the hello members " << hello;
    if (getenv("AEROSTAT_PRINT_GUESTS")) fmt::print("{}\n", story);
  }
}

TEST(GuestsOfTheOriginal, EachIsDecidedAndToldAsExpected) {
  const auto guests = of_the_original();
  EXPECT_EQ(guests.size(), 36u);
  check(guests);
}

TEST(GuestsOfTheTable, EachRowIsDecidedAndToldAsExpected) {
  check(others());
  std::set<std::string> rows;
  for (const auto& guests : {of_the_original(), others()})
    for (const std::string& hello : guests) {
      Guest guest(GuestAbility::Dimm, table());
      guest.hello(hello);
      rows.insert(guest.exam().standing.row);
    }
  for (const GuestRow& row : table().rows()) {
    const bool general_edition = row.id.find("-other") != std::string::npos;
    EXPECT_TRUE(rows.contains(row.id) || general_edition) << row.id;
  }
}

TEST(GuestsOfTheTable, ARowWithAnotherFactChangesTheDecision) {
  std::vector<GuestRow> rows = table().rows();
  const auto decided = [&rows] {
    const GuestTable changed(rows);
    Guest guest(GuestAbility::Dimm, changed);
    guest.hello(windows("Windows 7", "Ultimate", 1, "x86"));
    guest.needs(2_GiB, 5s);
    return guest.assigned();
  };
  EXPECT_EQ(decided(), kBoots);
  for (GuestRow& row : rows)
    if (row.id == "windows-7-x86") row.can[static_cast<std::size_t>(GuestAbility::Dimm)] = Can::Yes;
  EXPECT_GT(decided(), kBoots);
}

TEST(GuestsOfTheTable, ALicenceIsAMaximum) {
  std::vector<GuestRow> rows = table().rows();
  for (GuestRow& row : rows)
    if (row.id == "windows-7-x86") row.can[static_cast<std::size_t>(GuestAbility::Dimm)] = Can::Yes;
  const GuestTable changed(rows);
  Guest guest(GuestAbility::Dimm, changed);
  guest.hello(windows("Windows 7", "Ultimate", 1, "x86"));
  guest.needs(7_GiB, 20s);
  EXPECT_EQ(guest.assigned(), 4_GiB);
  EXPECT_EQ(guest.report().limits.maximum, 4_GiB);
  Guest free_guest(GuestAbility::Dimm, changed);
  free_guest.hello(linux_guest("6.1.0"));
  free_guest.needs(7_GiB, 20s);
  EXPECT_GT(free_guest.assigned(), 4_GiB) << "without the licence";
}

// Its balloon would take from the 4 GiB that it can use, and not from the rest.
TEST(GuestsOfTheTable, ALicenceTakesNothingThatAGuestBootedWith) {
  std::vector<GuestRow> rows = table().rows();
  for (GuestRow& row : rows)
    if (row.id == "windows-7-x86") {
      row.can[static_cast<std::size_t>(GuestAbility::Dimm)] = Can::Yes;
      row.maximum = 512_MiB;
    }
  const GuestTable changed(rows);
  Guest guest(GuestAbility::Dimm, changed);
  guest.hello(windows("Windows 7", "Ultimate", 1, "x86"));
  guest.needs(900_MiB, 20s);
  EXPECT_EQ(guest.assigned(), kBoots);
  EXPECT_EQ(guest.report().limits.maximum, kBoots);
}

// Its owner promised it more than it can take in.
TEST(GuestsOfTheTable, NothingIsKeptForAGuestThatCannotTakeItIn) {
  Guest guest(GuestAbility::Dimm, table());
  SettingsChange change;
  change.to.minimum = 2_GiB;
  change.to.startup = 3_GiB;
  change.to.maximum = 4_GiB;
  ASSERT_TRUE(guest.world().set("web", change, false));
  guest.hello(windows("Windows 7", "Ultimate", 1, "x64"));
  guest.needs(500_MiB, 5s);
  const Limits limits = guest.report().limits;
  EXPECT_EQ(limits.minimum, kBoots);
  EXPECT_EQ(limits.startup, kBoots);
  EXPECT_EQ(limits.maximum, kBoots);
}

// The balloon would take memory from it for a block that never comes.
TEST(GuestsOfTheTable, OnlyAGuestThatCanBeGivenMemoryIsPreparedForIt) {
  for (const bool able : {true, false}) {
    Guest guest(GuestAbility::VirtioMem, table());
    guest.hello(able ? linux_guest("6.1.0") : windows("Windows 7", "Ultimate", 1, "x64"));
    guest.needs(300_MiB, 10s);
    EXPECT_EQ(guest.world().machines.at("web")->prepared > 0, able);
  }
}

// Its total tells for ever what was added.
TEST(GuestsOfTheTable, AWindowsThatWasGivenMemoryGivesItBackWhenItIsIdle) {
  for (const GuestAbility way : {GuestAbility::Dimm, GuestAbility::HvBalloon}) {
    Guest guest(way, table());
    guest.hello(windows("Windows Server 2016", "Standard", 0, "x64"));
    guest.needs(5_GiB, 20s);
    EXPECT_GT(guest.assigned(), 5_GiB) << ability_name(way);
    guest.needs(300_MiB, 300s, 2s);
    EXPECT_LT(guest.assigned(), 500_MiB) << ability_name(way);
    EXPECT_EQ(guest.report().demand, 300_MiB) << ability_name(way);
  }
}

// After a restart the daemon may take a slow balloon for an addition that ended.
TEST(GuestsOfTheTable, AWindowsThatShowsMemoryThatItsDeviceNoLongerAddsIsBelieved) {
  Guest guest(GuestAbility::HvBalloon, table());
  guest.hello(windows("Windows Server 2016", "Standard", 0, "x64"));
  guest.needs(5_GiB, 20s);
  guest.needs(300_MiB, 300s, 2s);
  guest.world().machines.at("web")->d.stops_at = 2_GiB;
  guest.needs(300_MiB, 10s);
  EXPECT_EQ(guest.report().status, Status::Ok) << guest.report().note;
}

TEST(GuestsOfTheTable, AnOwnerWhoAllowsMoreThanItsGuestCanTakeIsTold) {
  Guest guest(GuestAbility::Dimm, table());
  guest.hello(windows("Windows 7", "Ultimate", 1, "x64"));
  guest.needs(500_MiB, 1s);
  SettingsChange change;
  change.to.maximum = 4_GiB;
  for (const bool dry_run : {true, false}) {
    const auto set = guest.world().set("web", change, dry_run);
    ASSERT_TRUE(set);
    EXPECT_EQ(set->limits.maximum, kBoots);
    ASSERT_EQ(set->warnings.size(), 1u);
    EXPECT_THAT(set->warnings[0], HasSubstr("ballooned only: Windows 7 Ultimate SP1 x64"));
  }
  change.to.maximum = kBoots;
  EXPECT_THAT(guest.world().set("web", change, false)->warnings, ::testing::IsEmpty());
  guest.needs(500_MiB, 1s);
  EXPECT_EQ(guest.exam().limited_by_guest, "") << "its owner allows no more than its guest";
}

TEST(GuestsOfTheTable, WhatAGuestWasGivenBeforeItSpokeStaysCountedAndItsOwn) {
  Guest guest(GuestAbility::Dimm, table());
  guest.hello(linux_guest("6.1.0"));
  guest.needs(2_GiB, 5s);
  const Bytes had = guest.assigned();
  ASSERT_GT(had, kBoots);
  guest.hello(windows("Windows 7", "Ultimate", 1, "x64"));
  guest.needs(had, 5s);
  EXPECT_EQ(guest.assigned(), had);
  EXPECT_EQ(guest.report().committed, had);
  EXPECT_EQ(guest.report().limits.maximum, had) << "it could not give it back in any other way";
  guest.hello(windows("Windows XP", "Professional", 3, "x86"));
  guest.needs(had, 5s);
  EXPECT_EQ(guest.report().status, Status::Static);
  EXPECT_EQ(guest.report().committed, had) << "unsupported, and counted as before";
}

TEST(GuestsOfTheTable, AnotherSystemAfterARebootIsJudgedAnew) {
  Guest guest(GuestAbility::Dimm, table());
  guest.hello(windows("Windows XP", "Professional", 3, "x86"));
  guest.needs(300_MiB, 5s);
  ASSERT_EQ(guest.report().status, Status::Static);
  guest.shows(300_MiB, 10s);
  ASSERT_EQ(guest.report().status, Status::Static) << "its own word counts until then";
  guest.reboots();
  EXPECT_EQ(guest.exam().limited_by_guest, "");
  guest.shows(300_MiB, 10s);  // no service comes
  EXPECT_EQ(guest.exam().standing.row, "");
  EXPECT_EQ(guest.report().status, Status::Ok);
  guest.hello(windows("Windows XP", "Professional", 3, "x86"));
  guest.needs(300_MiB, 1s);
  EXPECT_EQ(guest.report().status, Status::Static) << "it was the same system after all";
}

// A guest that says that it takes no part, beside one that lacks memory. It booted with 1 GiB, grew on its
// word, and touched `touched`; its owner promised it 256 MiB.
struct TakesNoPart : World {
  explicit TakesNoPart(Bytes touched, std::optional<Bytes> startup = {}) : World(options_with_table()) {
    settings.kept["liar"].startup = startup;
    add("liar", 1_GiB);
    guest("liar").s.asks_programs = true;
    add("db");
    host.resident_of = {{1, touched}, {2, 2_GiB}};
    const GuestSystem able{.os = "linux", .arch = "x86_64", .release = "6.1.0"};
    says("liar", able);
    says("db", able);
    demands = {{"liar", 1800_MiB}, {"db", 300_MiB}};
    run(5s);
    EXPECT_GE(assigned("liar"), 1200_MiB) << "its fair share";
    says("liar", {.os = "windows", .name = "Windows XP"});
    demands["db"] = 1900_MiB;
    run(20s);
    EXPECT_EQ(vm("liar").status, Status::Static);
  }
  void says(const std::string& name, const GuestSystem& system) {
    GuestState& s = guest(name).s;
    s.service = Service::Speaking;
    s.agent_version = kHost;
    s.system = system;
  }
  static EngineOptions options_with_table() {
    EngineOptions out = World::options(2560_MiB, {});
    out.guests = &table();
    return out;
  }
};

// It could otherwise take what is idle, and then say that it cannot be changed.
TEST(GuestsOfTheTable, AGuestThatTakesNoPartKeepsOnlyWhatItTouched) {
  TakesNoPart w(600_MiB);
  EXPECT_LE(w.assigned("liar"), 660_MiB) << "also of what it booted with";
  EXPECT_EQ(w.guest("liar").prepares, 0) << "what it does not use needs no leave of its programs";
  EXPECT_GE(w.assigned("liar"), 600_MiB);
  EXPECT_GE(w.assigned("db"), 1900_MiB);
}

TEST(GuestsOfTheTable, AGuestThatTakesNoPartKeepsWhatItTouchedWhoeverLacksIt) {
  TakesNoPart w(1100_MiB);
  SettingsChange light;
  light.to.weight = 100;
  ASSERT_TRUE(w.set("liar", light, false));
  w.run(20s);
  EXPECT_GE(w.assigned("liar"), 1100_MiB);
  EXPECT_LT(w.assigned("db"), 1900_MiB);
}

TEST(GuestsOfTheTable, AGuestThatTakesNoPartKeepsTheStartupThatItsOwnerSet) {
  TakesNoPart w(600_MiB, 900_MiB);
  EXPECT_GE(w.assigned("liar"), 900_MiB);
  EXPECT_LE(w.assigned("liar"), 960_MiB);
}

TEST(GuestsOfTheTable, ARestrictedGuestIsNotResizedAboveWhatItCanTake) {
  Guest guest(GuestAbility::Dimm, table());
  guest.hello(windows("Windows 7", "Ultimate", 1, "x64"));
  guest.needs(500_MiB, 1s);
  SettingsChange change;
  change.to.mode = Mode::Static;
  ASSERT_TRUE(guest.world().set("web", change, false));
  const auto refused = guest.world().engine.resize("web", 2_GiB, false, "");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("can have 1.00 GiB at most: Windows 7 Ultimate SP1 x64"));
}

}  // namespace
}  // namespace aerostat
