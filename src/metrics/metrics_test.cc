#include "metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace aerostat {
namespace {

using namespace literals;
using ::testing::HasSubstr;
using ::testing::Not;

VmReport complete(const std::string& name) {
  VmReport vm;
  vm.name = name;
  vm.status = Status::Ok;
  vm.integration = "service 1.0";
  vm.os = "linux 6.1";
  vm.limits = resolve({}, 1_GiB, 4_GiB);
  vm.limits.buffer_percent = 20;
  vm.assigned = vm.visible = vm.demand = vm.wanted = vm.target = vm.committed = vm.resident = vm.available =
      vm.swap_used = vm.peak_demand = 1_GiB;
  vm.pressure_percent = 78.5;
  vm.sample_age_s = 0.25;
  vm.watched_s = 60;
  vm.swap_in_pages = vm.swap_out_pages = vm.oom_kills = vm.oom_kills_in_limits = 3;
  return vm;
}

HostReport host() {
  HostReport out;
  out.version = "1.0";
  out.capacity = 16_GiB;
  out.host_total = out.host_available = 16_GiB;
  return out;
}

TEST(Metrics, HaveBaseUnitsAndSayWhatTheyMean) {
  const std::string text = metrics_text(host(), {complete("web"), complete("db")});
  EXPECT_THAT(text, HasSubstr("# HELP aerostat_vm_assigned_bytes memory the host has given it now\n"
                              "# TYPE aerostat_vm_assigned_bytes gauge\n"
                              "aerostat_vm_assigned_bytes{vm=\"web\"} 1073741824\n"
                              "aerostat_vm_assigned_bytes{vm=\"db\"} 1073741824\n"));
  EXPECT_THAT(text, HasSubstr("aerostat_vm_pressure_ratio{vm=\"web\"} 0.785\n"));
  EXPECT_THAT(text, HasSubstr("aerostat_vm_sample_age_seconds{vm=\"web\"} 0.25\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE aerostat_vm_oom_kills_total counter\n"));
  EXPECT_THAT(text, HasSubstr("aerostat_vm_status{vm=\"web\",status=\"ok\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\naerostat_host_capacity_bytes 17179869184\n"));
  EXPECT_THAT(text, HasSubstr("aerostat_build_info{version=\"1.0\"} 1\n"));
}

TEST(Metrics, LeaveOutWhatIsNotKnown) {
  VmReport vm;
  vm.name = "web";
  const std::string text = metrics_text({}, {vm});
  EXPECT_THAT(text, Not(HasSubstr("demand_bytes")));
  EXPECT_THAT(text, Not(HasSubstr("aerostat_vm_oom_kills_total")));
  EXPECT_THAT(text, Not(HasSubstr("aerostat_host_total_bytes")));
  EXPECT_THAT(text, Not(HasSubstr("aerostat_vm_maximum_bytes")));
}

TEST(Metrics, TellWhetherTheHistoryIsPaused) {
  EXPECT_THAT(metrics_text(host(), {}), Not(HasSubstr("history")));
  EXPECT_THAT(metrics_text(host(), {}, false), HasSubstr("\naerostat_history_paused 0\n"));
  EXPECT_THAT(metrics_text(host(), {}, true), HasSubstr("\naerostat_history_paused 1\n"));
}

TEST(Metrics, KeepAHostileGuestInItsLabel) {
  VmReport vm = complete("web");
  vm.os = "evil\"} 1\naerostat_host_free_bytes 7\n\\\xff";
  vm.os += std::string(5000, 'x');
  const std::string text = metrics_text(host(), {vm});
  EXPECT_THAT(text, HasSubstr(R"(os="evil\"} 1?aerostat_host_free_bytes 7?\\?xxx)"));
  EXPECT_THAT(text, Not(HasSubstr("\naerostat_host_free_bytes 7")));
  EXPECT_LT(text.size(), 12000u);
}

// For promtool, and for the check that dashboard and alerts use existing names.
TEST(Metrics, OfEverythingAreWrittenForOtherTools) {
  const char* const file = std::getenv("AEROSTAT_METRICS_FILE");
  if (file == nullptr) GTEST_SKIP() << "AEROSTAT_METRICS_FILE names no file";
  std::ofstream(file) << metrics_text(host(), {complete("web"), complete("db")}, false);
}

}  // namespace
}  // namespace aerostat
