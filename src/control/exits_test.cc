// No state without a way out: whatever became of a VM, once its guest lives and the host has memory, a guest
// in want is served again within 30 s. Which service, balloon or monitor works by then does not matter, as
// long as the guest can be heard by one of them, or was heard to be in want.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "control/fakes.h"
#include "model/memory_block.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::FakeMachine;
using fakes::World;

constexpr Bytes kLifeBoots = Bytes::mib(512);
constexpr Duration kServedWithin = 30s;

// A VM that lives through what the test does to it.
class Life {
 public:
  explicit Life(Guards guards = {}) : w_(4_GiB, guards), machine_(w_.add("web", kLifeBoots)) {
    machine_.f.has_balloon_stats = true;
    run(2s);
  }

  // Everything that can befall it, by number.
  static constexpr int kAccidents = 20;
  void befall(int what) {
    MachineFacts& f = machine_.f;
    switch (what) {
      case 0: service = Service::Silent; break;
      case 1: service = Service::Absent; break;
      case 2: service = Service::Faulty; break;
      case 3: service = Service::Unsupported; break;
      case 4: service = Service::Speaking; break;
      case 5: says_nothing = !says_nothing; break;
      case 6: statistics = false; break;
      case 7: statistics = true; break;
      case 8: zeros = !zeros; break;
      case 9: f.link = Link::Hung; break;
      case 10: f.link = Link::Up; break;
      case 11: f.run_state = RunState::Paused; break;
      case 12: f.run_state = RunState::Running; break;
      case 13: machine_.obedient = !machine_.obedient; break;
      case 14: reboot(); break;
      case 15: set_mode(Mode::Static); break;
      case 16: set_mode(Mode::Dynamic); break;
      case 17: f.migrating = !f.migrating; break;
      case 18: f.backs_off = !f.backs_off; break;
      case 19: w_.host.available_now = w_.host.available_now == 0_MiB ? 60_GiB : 0_MiB; break;
      default: break;
    }
    f.refusal = f.backs_off ? "QEMU refuses to change its balloon: not now" : "";
  }

  // The guest lives, its devices work and the host has memory.
  void recover() {
    MachineFacts& f = machine_.f;
    f.link = Link::Up;
    f.run_state = RunState::Running;
    f.migrating = f.backs_off = zeros = false;
    f.refusal.clear();
    machine_.obedient = true;
    w_.host.available_now = 60_GiB;
    set_mode(Mode::Dynamic);
  }

  void run(Duration time) {
    for (Duration done{0}; done < time; done += 250ms) {
      live();
      w_.run(250ms);
      seen.insert(w_.vm("web").status);
    }
  }

  // Time until it has what it needs; missing: longer than it may take.
  std::optional<Duration> served() {
    for (Duration done{0}; done <= kServedWithin; done += 250ms) {
      if (w_.assigned("web") >= need) return done;
      run(250ms);
    }
    return std::nullopt;
  }

  bool heard() const { return (service == Service::Speaking && !says_nothing) || statistics; }
  std::string story() {
    const VmReport vm = w_.vm("web");
    return std::string(status_name(vm.status)) + ": " + vm.note + ", has " +
           format_bytes(w_.assigned("web")) + ", needs " + format_bytes(need) + ", service " +
           std::to_string(static_cast<int>(service)) + (statistics ? ", statistics" : "");
  }

  Bytes need = 300_MiB;
  Service service = Service::Speaking;
  bool says_nothing = false, statistics = true, zeros = false;
  std::set<Status> seen;

 private:
  // What shows of it outside: its service, its balloon's statistics, what its process occupies.
  void live() {
    MachineFacts& f = machine_.f;
    w_.host.resident_of[*f.pid] = std::min(need, machine_.facts().assigned());
    if (f.run_state != RunState::Running) return;
    GuestSample now;
    now.total = machine_.facts().assigned();
    now.available = std::max(Bytes{}, machine_.facts().assigned() - need);
    now.psi_some_us = 0;
    if (zeros) now.total = now.available = Bytes{};
    const TimePoint at = w_.clock.now() + 250ms;
    GuestState& s = w_.guest("web").s;
    if (s.service != service) s.note = "reported nothing for 3 s";
    s.service = service;
    if (service == Service::Speaking) {
      s.sample = says_nothing ? GuestSample{} : now;
      s.sampled_at = s.received_at = at;
    }
    if (!statistics || f.link != Link::Up) return;
    f.balloon_stats = now;
    f.balloon_stats_at = at;
  }
  void reboot() {
    machine_.d.balloon_actual = machine_.d.base;
    machine_.d.plugged = {};
    ++machine_.f.resets;
  }
  void set_mode(Mode mode) {
    Settings change;
    change.mode = mode;
    ASSERT_TRUE(w_.set("web", {change}, false));
  }

  World w_;
  FakeMachine& machine_;
};

// Whatever befell it, it can be heard in the end.
std::set<Status> any_life(const Guards& guards) {
  Life life(guards);
  for (int i = *rc::gen::inRange(0, 25); i > 0; --i) {
    life.befall(*rc::gen::inRange(0, Life::kAccidents));
    life.need = Bytes::mib(*rc::gen::inRange(100, 1800));
    life.run(*rc::gen::element(Duration(250ms), Duration(1s), Duration(4s), Duration(12s), Duration(40s)));
  }
  life.recover();
  if (!life.heard()) life.statistics = true;
  life.need = Bytes::mib(*rc::gen::inRange(600, 1800));
  const bool served = life.served().has_value();
  if (!served) RC_LOG() << life.story() << "\n";
  RC_ASSERT(served);
  return life.seen;
}

RC_GTEST_PROP(Exits, AGuestInWantIsServedWhateverBefellIt, ()) { any_life({}); }

TEST(Exits, BreakWithoutBalloonStatisticsThatStandIn) {
  Guards guards;
  guards.stand_in = false;
  bool broken = false;
  rc::check([&] {
    Life life(guards);
    life.befall(*rc::gen::inRange(0, 4));
    life.run(5s);
    life.need = 1400_MiB;
    broken = broken || !life.served();
  });
  EXPECT_TRUE(broken);
}

// From each status that the list knows.
TEST(Exits, LeadOutOfEveryStatus) {
  const std::map<Status, std::vector<int>> ways = {{Status::Ok, {}},
                                                   {Status::Starting, {14, 1, 6}},
                                                   {Status::Static, {15}},
                                                   {Status::NoIntegration, {3, 6}},
                                                   {Status::NotResponding, {0, 6}},
                                                   {Status::BadReports, {2, 6}},
                                                   {Status::Stalled, {13}},
                                                   {Status::Paused, {11}}};
  for (const auto& [status, accidents] : ways) {
    Life life;
    for (const int what : accidents) life.befall(what);
    for (int i = 0; i < 400 && !life.seen.contains(status); ++i) life.run(250ms);
    ASSERT_TRUE(life.seen.contains(status)) << status_name(status);
    life.recover();
    life.statistics = true;
    life.need = 1400_MiB;
    EXPECT_TRUE(life.served()) << life.story();
  }
  for (const Bytes need : {500_MiB, 540_MiB}) {
    Life life;
    life.befall(19);  // the host has nothing
    life.need = need;
    life.run(5s);
    ASSERT_TRUE(life.seen.contains(Status::Low) || life.seen.contains(Status::Warning));
    life.recover();
    EXPECT_TRUE(life.served()) << life.story();
  }
}

// A service that cannot run for want of memory, and nobody else who tells of it.
TEST(Exits, LeadFromSilenceInWantWithoutAnybodyToTell) {
  for (const bool guarded : {true, false}) {
    Guards guards;
    guards.give_back = guarded;
    Life life(guards);
    life.statistics = false;
    life.befall(19);
    life.need = 700_MiB;
    life.run(2s);
    life.service = Service::Silent;
    life.run(10s);
    life.need = 1800_MiB;
    life.recover();
    EXPECT_EQ(life.served().has_value(), guarded) << life.story();
  }
}

// Nobody heard of its want: what it booted with is what it gets back.
TEST(Exits, LeadFromSilenceToWhatItBootedWith) {
  for (const bool guarded : {true, false}) {
    Guards guards;
    guards.give_back = guarded;
    Life life(guards);
    life.need = 100_MiB;
    life.run(120s);
    life.statistics = false;
    life.service = Service::Silent;
    life.need = 480_MiB;
    EXPECT_EQ(life.served().has_value(), guarded) << life.story();
  }
}

}  // namespace
}  // namespace aerostat
