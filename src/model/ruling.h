// Ruling: the guards' answer to one wish. It contains the wish unchanged, the target that is granted, and the
// rails that cut it. It is not carried out yet (decision.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/wish.h"

namespace aerostat {

// The reasons to cut a wish, in the order in which they are tried.
enum class Rail {
  NoSuchVm,     // its place is not in the view
  Repeated,     // the plan has an earlier wish for the same VM
  NotMovable,   // static, not heard, or not believed
  LockOut,      // no shrink right after a growth
  Minimum,      // the owner's …
  Maximum,      // … limits
  FairShare,    // above its fair share a VM needs the host's own evidence
  Commitment,   // no more than the books have free
  HostsKernel,  // no more than the host's kernel has
};

struct Cut {
  Rail rail;
  Bytes bound = {};                // the limit, the share, or what is left
  std::optional<Bytes> seen = {};  // FairShare: resident memory; missing: unknown
};
// One clause for people.
std::string clause(const Cut& cut);

struct Ruling {
  Wish wish;
  // The wish's place after the check: it is in the view, and no other ruling of the plan has it. Missing:
  // there is no such VM, and nothing may be done.
  std::optional<std::size_t> place;
  Bytes from;             // the VM's present target, from the view
  Bytes granted;          // the target it may get; equal to `from` if it stays
  std::vector<Cut> cuts;  // in order; empty: granted as wished

  bool grows() const { return granted > from; }
  bool shrinks() const { return granted < from; }
  // The wish was a change, and none is granted.
  bool stops() const { return granted == from && wish.to != from; }
};

}  // namespace aerostat
