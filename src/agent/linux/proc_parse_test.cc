#include "agent/linux/proc_parse.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace aerostat::agent {
namespace {

TEST(ProcParse, ReadsLevelsByNameInAnyOrder) {
  Reading reading;
  parse_meminfo(
      "MemFree:   7 kB\nMemTotal:        392708 kB\nFoo: 9 kB\nInactive(file):  3 kB\nInactive: 8 kB\n",
      reading);
  EXPECT_EQ(reading.total_kib, 392708);
  EXPECT_EQ(reading.free_kib, 7);
  EXPECT_EQ(reading.inactive_file_kib, 3);
  EXPECT_FALSE(reading.avail_kib);
}

TEST(ProcParse, LeavesOutWhatIsNoNumber) {
  Reading reading;
  parse_meminfo(
      "MemTotal: many kB\nMemFree:\nMemAvailable: -4 kB\nSwapTotal: 99999999999999999999 kB\nSwapFree: 5",
      reading);
  EXPECT_FALSE(reading.total_kib || reading.free_kib || reading.avail_kib || reading.swap_total_kib);
  EXPECT_EQ(reading.swap_free_kib, 5);
}

TEST(ProcParse, ReadsRefaultsOfOldAndNewKernels) {
  Reading old, now;
  parse_vmstat("workingset_refault 12\n", old);
  parse_vmstat("workingset_refault_anon 3\nworkingset_refault_file 4\n", now);
  EXPECT_EQ(old.refault_file, 12);
  EXPECT_FALSE(old.refault_anon);
  EXPECT_EQ(now.refault_file, 4);
  EXPECT_EQ(now.refault_anon, 3);
}

TEST(ProcParse, ReadsPressureTotals) {
  Reading reading;
  parse_pressure(
      "some avg10=0.00 avg60=0.00 avg300=0.00 total=480\nfull avg10=1.00 avg60=0.00 avg300=0.00 total=7\n",
      reading);
  EXPECT_EQ(reading.psi_some_us, 480);
  EXPECT_EQ(reading.psi_full_us, 7);
}

TEST(ProcParse, CountsFreeMemoryThatKernelDataCanUse) {
  Reading reading;
  parse_buddyinfo(
      "Node 0, zone      DMA      1      0      1\n"
      "Node 0, zone   Normal      2      3      0\n"
      "Node 0, zone  Movable    100    100    100\n"
      "Node 1, zone   Normal      0      0      1\n",
      4, reading);
  EXPECT_EQ(reading.normal_free_kib, 4 * ((1 + 4) + (2 + 6) + 4));
  Reading none;
  parse_buddyinfo("", 4, none);
  EXPECT_FALSE(none.normal_free_kib);
}

TEST(ProcParse, CountsAPageThatZswapWroteBackOnce) {
  Reading reading;
  parse_vmstat("pswpin 3\npswpout 5\nzswpin 20\nzswpout 40\nzswpwb 4\n", reading);
  EXPECT_EQ(reading.pswpin, 23);
  EXPECT_EQ(reading.pswpout, 41);
  parse_vmstat("pswpout 5\nzswpout 4\nzswpwb 40\n", reading);
  EXPECT_EQ(reading.pswpout, 5) << "never less than the kernel counts";
}

RC_GTEST_PROP(ProcParseProperty, SurvivesAnyText, (const std::string& text)) {
  Reading reading;
  parse_meminfo(text, reading);
  parse_vmstat("pswpin " + text, reading);
  parse_pressure("some total=" + text, reading);
  parse_buddyinfo("Node 0, zone " + text, 4, reading);
  parse_zoneinfo("Node 0, zone Normal\npresent " + text, 4);
}

}  // namespace
}  // namespace aerostat::agent
