// Laws 1 to 3 over random fleets: whatever a policy plans, in whatever state the fleet is, the rails hold,
// step after step, with guests that are slow, stuck or take only part of what they are asked for. Plans of
// nonsense name VMs that are not there, name one twice, leave others out, and wish for sizes that cannot be.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>

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

Guest any_guest() {
  Guest g;
  VmView& v = g.view;
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

Bytes any_size() {
  using Limit = std::numeric_limits<std::int64_t>;
  if (*rc::gen::inRange(0, 4) != 0) return any_mib(-8000, 8000);
  return Bytes::of(*rc::gen::element(Limit::min(), Limit::min() + 1, Limit::max() - 1, Limit::max(),
                                     std::int64_t{1} << 50, std::int64_t{-1}));
}

Wish any_wish(std::size_t place) {
  const auto rule = static_cast<Rule>(*rc::gen::inRange(0, static_cast<int>(Rule::Guarded) + 1));
  return {place, any_size(), any_size(), rule, Because::Unsaid, any_size(), {}};
}

// As many wishes as VMs or more, for any of them and for places near and far outside of the view.
std::vector<Wish> wild_plan(std::size_t vms) {
  std::vector<Wish> plan;
  const int count = *rc::gen::inRange(0, 2 * static_cast<int>(vms) + 3);
  for (int i = 0; i < count; ++i) {
    const bool astray = *rc::gen::inRange(0, 6) == 0;
    plan.push_back(any_wish(astray ? *rc::gen::element(vms, vms + 1, Wish::kNowhere - 1, Wish::kNowhere)
                                   : *rc::gen::inRange<std::size_t>(0, vms)));
  }
  return plan;
}

void check_ruling(const Ruling& ruling, const VmView& v) {
  RC_ASSERT(ruling.from == v.target);
  if (ruling.grows()) RC_ASSERT(ruling.granted <= v.limits.maximum);
  if (ruling.shrinks()) RC_ASSERT(ruling.granted >= v.limits.minimum);
  if (ruling.shrinks()) RC_ASSERT(*v.since_grow >= kLockOut);
  if (ruling.granted != ruling.from) RC_ASSERT(v.movable);
}

// Carries the rulings out, and says whether each is about a VM that is there, and no two about the same.
void carry_out(std::vector<Guest>& fleet, const std::vector<Ruling>& rulings, bool check) {
  std::vector<bool> ruled(fleet.size());
  for (const Ruling& ruling : rulings) {
    if (!ruling.place) {
      RC_ASSERT(ruling.granted == ruling.from);
      continue;
    }
    RC_ASSERT(*ruling.place < fleet.size());
    RC_ASSERT(!ruled[*ruling.place]);
    ruled[*ruling.place] = true;
    VmView& v = fleet[*ruling.place].view;
    if (check) check_ruling(ruling, v);
    v.target = ruling.granted;
    v.committed = std::max(v.assigned, ruling.granted);
  }
}

void run_fleet(bool wild, const Rails& rails, bool& law1_broken) {
  std::vector<Guest> fleet;
  Bytes sum;
  const int count = *rc::gen::inRange(1, 10);
  for (int i = 0; i < count; ++i) {
    fleet.push_back(any_guest());
    sum += fleet.back().view.committed;
  }
  const Bytes reserve = any_mib(0, 1000);
  const Bytes capacity = sum + reserve + any_mib(0, 6000);
  for (int step = 0; step < 40; ++step) {
    for (Guest& g : fleet) live(g);
    const HostView host = view_of(fleet, capacity, reserve);
    const std::vector<Wish> plan = wild ? wild_plan(fleet.size()) : balance(host);
    carry_out(fleet, rule_on(host, plan, rails), rails.limits && rails.lock_out);
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
