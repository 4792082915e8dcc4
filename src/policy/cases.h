// Case: the balancer's intermediate results for one movable VM. Internal to policy.
#pragma once

#include <cstddef>
#include <vector>

#include "model/parts.h"
#include "model/views.h"
#include "model/wish.h"

namespace aerostat {

struct Case {
  const VmView* vm = nullptr;
  std::size_t place = 0;  // its place in HostView::vms
  Parts parts;            // of wanted
  Bytes wanted;
  Bytes needed;                 // <= wanted
  Bytes least;                  // the part of it that no weight can take
  Bytes desire;                 // target if no other VM existed; >= the present target
  Rule rule = Rule::Hold;       // why it should grow; Hold if it should not
  Bytes entitled;               // what it may have when memory is scarce
  Rule shortage = Rule::Yield;  // the rule that cut the entitlement below wanted; Yield: not cut

  bool rescues = false;    // it grows because it has nearly nothing, not because of its estimated need
  bool held_back = false;  // it lacks more than it is offered, because it took in nothing lately

  Bytes missing() const { return desire - vm->target; }
};

Case consider(const VmView& vm);

// Sets `entitled` of all cases from the memory they share. Level 1: everything wanted, for all. Level 2: what
// is needed for all, and an equal share of each buffer. Level 3: needed memory is cut by weight, down to the
// minimum.
void entitle(Bytes pool, std::vector<Case>& cases);

// The numbers behind a decision, for its sentence.
Numbers numbers(const Case& c);

}  // namespace aerostat
