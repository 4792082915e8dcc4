// Decision: what was wished for one VM, what the guards ruled, and what came of it. Three values, each made
// once: policy makes the wish, guards the ruling, the loop the outcome.
// Every pass says of every VM it considered what it decided and why; nothing changes without a decision.
#pragma once

#include <string>

#include "model/ruling.h"

namespace aerostat {

// What was done about a ruling.
struct Outcome {
  enum class Kind {
    Stays,      // nothing was granted, so nothing was asked for
    Ordered,    // the devices were asked for `to`
    TooFine,    // the devices have no level between the present target and what was granted
    Preparing,  // the guest makes the memory easy to take first
  };
  Kind kind = Kind::Stays;
  Bytes to;  // the target from now on
};

struct Decision {
  Ruling ruling;
  Outcome outcome;

  Bytes from() const { return ruling.from; }
  Bytes to() const { return outcome.to; }
  Bytes desired() const { return ruling.wish.desired; }
  bool grows() const { return to() > from(); }
  bool shrinks() const { return to() < from(); }
  // The rule that decided in the end: the wish's, unless a guard or a device stopped it.
  Rule rule() const;
};

// One sentence with the numbers, for people. Never empty.
std::string reason(const Decision& decision);

}  // namespace aerostat
