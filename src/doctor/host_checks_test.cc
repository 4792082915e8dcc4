#include "doctor/host_checks.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;

// A host without a fault.
HostFacts sound_host() {
  HostFacts out;
  out.report.version = "1";
  out.report.capacity = 16_GiB;
  out.report.free = 8_GiB;
  out.report.committed = 8_GiB;
  out.report.host_available = 9_GiB;
  out.report.host_total = 16_GiB;
  out.report.vms = 3;
  out.report.passes = 1000;
  out.health.swap_total = 4_GiB;
  out.health.swap_free = 4_GiB;
  out.health.own_limit.known = true;
  out.health.descriptors_open = 20;
  out.health.descriptors_most = 1024;
  out.health.refuses_overcommit = false;
  out.now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 28};
  out.clock_synchronised = true;
  out.uses_libvirt = true;
  out.keeps_history = true;
  return out;
}

Finding found(const HostFacts& host, std::string_view check) {
  const Findings all = check_host(host);
  const auto it = std::ranges::find(all, check, &Finding::check);
  return it == all.end() ? Finding{} : *it;
}

TEST(HostChecks, FindNothingOnASoundHost) {
  for (const Finding& finding : check_host(sound_host()))
    EXPECT_EQ(finding.severity, Severity::Ok) << finding.check << ": " << finding.text;
}

TEST(HostChecks, EachFindsItsFault) {
  struct Case {
    std::string check;
    Severity severity;
    void (*spoil)(HostFacts&);
  };
  const Case cases[] = {
      {"manager", Severity::Warning, [](HostFacts& h) { h.report.paused = true; }},
      {"manager", Severity::Warning, [](HostFacts& h) { h.report.note = "its disk is full"; }},
      {"commitment", Severity::Problem, [](HostFacts& h) { h.report.over_committed = 1_GiB; }},
      {"commitment", Severity::Note, [](HostFacts& h) { h.report.over_committed_passes = 4; }},
      {"host-memory", Severity::Warning, [](HostFacts& h) { h.report.host_available = 100_MiB; }},
      {"host-swap", Severity::Warning, [](HostFacts& h) { h.health.swap_free = 3_GiB; }},
      {"host-cgroup", Severity::Warning, [](HostFacts& h) { h.health.own_limit.limit = 2_GiB; }},
      {"descriptors", Severity::Warning, [](HostFacts& h) { h.health.descriptors_open = 1000; }},
      {"clock", Severity::Warning, [](HostFacts& h) { h.now = {}; }},
      {"clock", Severity::Note, [](HostFacts& h) { h.clock_synchronised = false; }},
      {"overcommit", Severity::Warning, [](HostFacts& h) { h.health.refuses_overcommit = true; }},
      {"passes", Severity::Warning, [](HostFacts& h) { h.report.late_ticks = 100; }},
      {"libvirt", Severity::Note, [](HostFacts& h) { h.uses_libvirt = false; }},
      {"history", Severity::Warning, [](HostFacts& h) { h.history_paused = true; }},
      {"history", Severity::Note, [](HostFacts& h) { h.keeps_history = false; }},
      {"history", Severity::Note, [](HostFacts& h) { h.history_note = "the file was damaged"; }},
      {"vms", Severity::Note, [](HostFacts& h) { h.report.vms = 0; }},
  };
  for (const Case& each : cases) {
    HostFacts host = sound_host();
    each.spoil(host);
    const Finding finding = found(host, each.check);
    EXPECT_EQ(finding.severity, each.severity) << each.check << ": " << finding.text;
    EXPECT_NE(finding.remedy, "") << each.check;
    EXPECT_EQ(finding.vm, "");
  }
}

TEST(HostChecks, WhatCannotBeReadIsUnknownAndNotFine) {
  HostFacts host = sound_host();
  host.health = {};
  host.report.host_available.reset();
  for (const char* check : {"host-memory", "host-swap", "host-cgroup", "descriptors", "overcommit"}) {
    const Finding finding = found(host, check);
    EXPECT_NE(finding.severity, Severity::Ok) << check;
    EXPECT_TRUE(finding.text.starts_with("unknown: ")) << finding.text;
  }
}

TEST(HostChecks, ALittleInSwapIsNoSignOfWant) {
  HostFacts host = sound_host();
  host.health.swap_free = 4_GiB - 20_MiB;
  EXPECT_EQ(found(host, "host-swap").severity, Severity::Ok);
  host.health.swap_total = host.health.swap_free = Bytes{};
  EXPECT_EQ(found(host, "host-swap").text, "the host has no swap");
}

}  // namespace
}  // namespace aerostat
