// If a guest runs low while there is enough for all, no pass over all VMs is needed. Only its own case is
// decided, by the same policy and rails, with the memory of all others counted as held.
#include "control/engine.h"
#include "control/sense.h"

namespace aerostat {

// False: a whole pass is needed, because others would have to give or nothing is known of them yet.
bool Engine::grow_alone(VmRecord& vm, const VmView& view, TimePoint now) {
  if (!fair_) return false;
  count_all();
  HostView host = books_.view_of(*vm.claim);
  host.spare_physical = spare_physical(host_.memory().available, now);
  host.vms.push_back(view);
  const std::vector<Ruling> rulings = rule_on(host, options_.plan(host), options_.guards.rails, &*fair_);
  if (rulings.size() != 1 || !rulings.front().place) return false;
  const Ruling& ruling = rulings.front();
  if (!ruling.grows() || ruling.granted < ruling.wish.desired) return false;
  const Bytes before = host.free();
  const Outcome outcome = act(vm, ruling, now);
  note_decision(vm, view, {ruling, outcome}, before);
  books_.mark_peak();
  return true;
}

}  // namespace aerostat
