// Case: what the balancer works out for one movable VM on the way to its move. Internal to policy.
#pragma once

#include <string>
#include <vector>

#include "model/move.h"
#include "model/parts.h"
#include "model/views.h"

namespace aerostat {

struct Case {
  const VmView* vm = nullptr;
  std::size_t index = 0;  // its place in HostView::vms
  Parts parts;            // of wanted
  Bytes wanted;
  Bytes needed;                 // <= wanted
  Bytes least;                  // of that, what no weight takes from it
  Bytes desire;                 // target it should have with nobody else around; >= the present target
  Rule rule = Rule::Hold;       // why it should grow; Hold if it should not
  Bytes entitled;               // what it may have when memory is scarce
  Rule shortage = Rule::Yield;  // the rule that cut the entitlement below wanted; Yield: not cut

  bool rescues = false;    // it grows because it has nearly nothing, and not for what it is thought to need
  bool held_back = false;  // lacks more than it is offered, because it took in nothing of late

  Bytes missing() const { return desire - vm->target; }
};

Case consider(const VmView& vm);

// Fills in `entitled` of all cases from the memory they may have between them. Level 1: enough for
// everybody's wanted. Level 2: needed for all and an equal share of each one's buffer. Level 3: needed is
// cut, by weight, down to the minimum.
void entitle(Bytes pool, std::vector<Case>& cases);

// The numbers behind a decision, for its sentence.
Numbers numbers(const Case& c);

}  // namespace aerostat
