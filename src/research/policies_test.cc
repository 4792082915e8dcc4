// All policies together, each on the virtual host: names, laws, and what kind of host each one acts on.
#include <gtest/gtest.h>

#include <set>

#include "base/log.h"
#include "research/policies.h"
#include "sim/replay.h"
#include "sim/trace/generate.h"

namespace aerostat::sim {
namespace {

class Policies : public ::testing::Test {
 protected:
  Policies() { set_log_level(LogLevel::Error); }
  Registry registry = builtin_policies();

  Outcome run(const std::string& name, const Trace& trace, Bytes memory) const {
    ReplayOptions options;
    options.host_memory = memory;
    const auto entry = registry.find(name);
    EXPECT_TRUE(entry.has_value()) << name;
    return replay(trace, **entry, options);
  }
};

TEST_F(Policies, EveryPeerComesAsPublishedAndWithEqualSenses) {
  std::set<std::string> names;
  for (const PolicyEntry& entry : registry.all()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name << " is there twice";
    EXPECT_FALSE(entry.about.empty()) << entry.name;
  }
  for (const char* peer :
       {"hyperv", "proxmox", "mom", "squeezed", "qubes", "senpai", "free-page-reporting"}) {
    EXPECT_TRUE(names.contains(peer)) << peer;
    EXPECT_TRUE(names.contains(std::string(peer) + "-equal")) << peer;
  }
}

TEST_F(Policies, NoneBreaksALawOnAFullHost) {
  const Trace trace = generate(Load::Fleet, {.seconds = 300, .vms = 7, .mean_mib = 2048});
  double need = 0;
  for (const VmTrace& vm : trace.vms()) need += vm.peak_mib;
  const Bytes scarce = Bytes::mib(static_cast<std::int64_t>(need * 0.6));
  for (const PolicyEntry& entry : registry.all()) {
    if (!entry.make) continue;
    EXPECT_EQ(run(entry.name, trace, scarce).law_violations, 0u) << entry.name;
  }
}

TEST_F(Policies, ThoseThatActUnderPressureOnlyGiveEverybodyTheMaximumOnARoomyHost) {
  const Trace trace = generate(Load::Builds, {.seconds = 900, .rows_s = 0.5, .mean_mib = 1024});
  double maximum = 0;
  for (const VmTrace& vm : trace.vms()) maximum += vm.limit_mib;
  const Bytes roomy = Bytes::mib(static_cast<std::int64_t>(maximum * 4));
  for (const char* name : {"proxmox", "mom", "squeezed", "qubes"}) {
    EXPECT_GT(run(name, trace, roomy).peak_assigned_mib, 0.95 * maximum) << name;
  }
  for (const char* name : {"hyperv", "senpai", "free-page-reporting", "plain", "aerostat"}) {
    EXPECT_LT(run(name, trace, roomy).sum.held / run("static", trace, roomy).sum.held, 0.9) << name;
  }
}

TEST_F(Policies, PageReportingLacksNothingWhileTheHostHasMemory) {
  const Trace trace = generate(Load::Bursty, {.seconds = 600, .mean_mib = 2048});
  const Outcome roomy = run("free-page-reporting", trace, Bytes::mib(8192));
  EXPECT_EQ(roomy.sum.missing, 0);
  EXPECT_GT(roomy.sum.plugged, 1000);  // bursts are faulted in …
  EXPECT_LT(roomy.waste(), 0.3);       // … and go back
  const Outcome scarce = run("free-page-reporting", trace, Bytes::mib(2304));
  EXPECT_GT(scarce.sum.missing, 0);
  EXPECT_LE(scarce.peak_assigned_mib, 2304);
}

TEST_F(Policies, PageReportingHandsBackASixteenthInTwoSeconds) {
  // 4 GiB are freed at 100 s of a VM of 8 GiB: a sixteenth of 7 GiB and 64 MiB each time.
  const Trace trace = *Trace::of(
      "vm", {{0, 1024, 0}, {70, 1024, 0}, {80, 5120, 0}, {100, 5120, 0}, {100.1, 1024, 0}, {200, 1024, 0}});
  ReplayOptions options;
  options.host_memory = Bytes::mib(16384);
  options.defaults.maximum = Bytes::mib(8192);
  options.texture = Texture::Linear;
  std::vector<Frame> frames;
  options.frames = [&](const Frame& f) { frames.push_back(f); };
  replay(trace, **registry.find("free-page-reporting"), options);
  const auto held_at = [&](double at) {
    for (const Frame& f : frames) {
      if (f.at >= at) return f.assigned;
    }
    return 0.0;
  };
  EXPECT_NEAR(held_at(99), 5124, 10);
  EXPECT_NEAR(held_at(103), 5124 - 512, 520);
  EXPECT_NEAR(held_at(103) - held_at(107), 2 * 512, 20);
  EXPECT_NEAR(held_at(190), 1024 + 0.25 * 4096, 10);  // the rest lies between pages in use
}

}  // namespace
}  // namespace aerostat::sim
