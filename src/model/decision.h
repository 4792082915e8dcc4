// Decision: a ruling and its outcome. Each value is made once: the wish by the policy, the ruling by the
// guards, the outcome by the loop. Every pass makes a decision for every VM it considers; no target changes
// without one.
#pragma once

#include <string>

#include "model/ruling.h"

namespace aerostat {

// How the loop carried out a ruling.
struct Outcome {
  enum class Kind {
    Stays,      // no change was granted
    Ordered,    // the devices were told to reach `to`
    TooFine,    // the devices have no level between the present target and the granted one
    Preparing,  // the guest first makes the memory easy to take
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
  // The rule of the wish, unless a guard or the devices stopped it.
  Rule rule() const;
};

// One sentence with the numbers, for people. Never empty.
std::string reason(const Decision& decision);

}  // namespace aerostat
