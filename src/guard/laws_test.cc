// Laws 1 to 3 over random fleets: whatever a policy plans, in whatever state the fleet is, the rails hold,
// step after step, with guests that are slow, stuck or take only part of what they are asked for.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "guard/rails.h"
#include "policy/balance.h"

namespace aerostat {
namespace {

using namespace literals;

Bytes any_mib(int low, int high) { return Bytes::mib(*rc::gen::inRange(low, high)).round_down(2_MiB); }

// A VM of the fleet, with its own idea of how fast it obeys.
struct Guest {
  VmView view;
  double obeys = 1;  // share of the way to the target it goes in a step
};

Guest any_guest(int index) {
  Guest g;
  VmView& v = g.view;
  v.name = "vm" + std::to_string(index);
  v.limits.mode = Mode::Dynamic;
  v.limits.minimum = any_mib(64, 512);
  v.limits.startup = v.limits.minimum + any_mib(0, 256);
  v.limits.maximum = v.limits.startup + any_mib(0, 4096);
  v.limits.weight = *rc::gen::inRange(0, 10001);
  v.grain = *rc::gen::element(Bytes::mib(2), Bytes::mib(128));
  v.base = v.limits.startup;
  v.assigned = v.target = v.committed = v.limits.startup;
  v.movable = *rc::gen::inRange(0, 6) != 0;
  v.resident = v.assigned;
  g.obeys = *rc::gen::element(1.0, 1.0, 0.5, 0.1, 0.0);
  return g;
}

void live(Guest& g) {
  VmView& v = g.view;
  v.demand = any_mib(0, 6000);
  v.headroom = any_mib(0, 200);
  v.growth = v.headroom + any_mib(0, 200);
  v.rising = *rc::gen::inRange(0, 3) == 0;
  if (*rc::gen::inRange(0, 3) != 0) v.room_in_block = any_mib(0, 128);
  v.kernel_short = *rc::gen::inRange(0, 8) == 0;
  v.distress = *rc::gen::inRange(0, 5) == 0;
  v.resident = any_mib(0, 6000);
  v.rest = any_mib(0, 6000);
  v.since_grow = std::chrono::milliseconds(*rc::gen::inRange(0, 20000));
  v.since_shrink = std::chrono::milliseconds(*rc::gen::inRange(0, 20000));
  v.assigned += (v.target - v.assigned).scaled(g.obeys);
  v.committed = std::max(v.assigned, v.target);
}

HostView view_of(const std::vector<Guest>& fleet, Bytes capacity, Bytes reserve) {
  HostView host;
  host.capacity = capacity;
  host.reserve = reserve;
  for (const Guest& g : fleet) host.vms.push_back(g.view);
  return host;
}

std::vector<Move> wild_plan(const std::vector<Guest>& fleet) {
  std::vector<Move> plan;
  for (const Guest& g : fleet) {
    plan.push_back({g.view.name, g.view.target, any_mib(0, 8000), Bytes{}, Rule::Grow, "wild"});
  }
  return plan;
}

void check_move(const Move& move, const VmView& v) {
  if (move.grows()) RC_ASSERT(move.to <= v.limits.maximum);
  if (move.shrinks()) RC_ASSERT(move.to >= v.limits.minimum);
  if (move.shrinks()) RC_ASSERT(*v.since_grow >= kLockOut);
  if (move.to != move.from) RC_ASSERT(v.movable);
}

void run_fleet(bool wild, const Rails& rails, bool& law1_broken) {
  std::vector<Guest> fleet;
  Bytes sum;
  const int count = *rc::gen::inRange(1, 10);
  for (int i = 0; i < count; ++i) {
    fleet.push_back(any_guest(i));
    sum += fleet.back().view.committed;
  }
  const Bytes reserve = any_mib(0, 1000);
  const Bytes capacity = sum + reserve + any_mib(0, 6000);
  for (int step = 0; step < 40; ++step) {
    for (Guest& g : fleet) live(g);
    const HostView host = view_of(fleet, capacity, reserve);
    for (const Move& move : keep_rails(host, wild ? wild_plan(fleet) : balance(host), rails)) {
      Guest& g =
          *std::find_if(fleet.begin(), fleet.end(), [&](const Guest& x) { return x.view.name == move.vm; });
      if (rails.limits && rails.lock_out) check_move(move, g.view);
      g.view.target = move.to;
      g.view.committed = std::max(g.view.assigned, move.to);
    }
    if (view_of(fleet, capacity, reserve).committed() > capacity - reserve) law1_broken = true;
  }
}

RC_GTEST_PROP(Laws, HoldForOurPolicyOverRandomFleets, ()) {
  bool broken = false;
  run_fleet(false, {}, broken);
  RC_ASSERT(!broken);
}

RC_GTEST_PROP(Laws, HoldForAPolicyThatPlansNonsense, ()) {
  bool broken = false;
  run_fleet(true, {}, broken);
  RC_ASSERT(!broken);
}

TEST(Laws, BreakWithoutTheLedger) {
  bool broken = false;
  rc::check([&] { run_fleet(true, {.ledger = false}, broken); });
  EXPECT_TRUE(broken) << "the ledger rail guards nothing";
}

}  // namespace
}  // namespace aerostat
