// Ruling: what the guards say about one wish. The wish stands in it as it was made; beside it stand what is
// granted and which rails cut it. A ruling is not carried out yet: see decision.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/wish.h"

namespace aerostat {

// What cut a wish, in the order in which the rails are tried.
enum class Rail {
  NoSuchVm,     // its place is not in the view
  Repeated,     // an earlier wish of the same plan is about the same VM
  NotMovable,   // static, not heard, or not to be believed
  LockOut,      // no shrink right after a growth
  Minimum,      // the owner's …
  Maximum,      // … limits
  FairShare,    // above its fair share a VM needs the host's own evidence
  Commitment,   // what is granted is free by the books
  HostsKernel,  // and the host's kernel has it too
};

struct Cut {
  Rail rail;
  Bytes bound = {};                // the limit, the share, or what is left
  std::optional<Bytes> seen = {};  // FairShare: what the host sees in use; missing: unknown
};
// One clause for people.
std::string clause(const Cut& cut);

struct Ruling {
  Wish wish;
  // The wish's place, checked: it is in the view, and no other ruling of the pass has it. Missing: the wish
  // is about nobody, and nothing may be done.
  std::optional<std::size_t> place;
  Bytes from;             // the VM's target, as the view has it
  Bytes granted;          // the target that it may be given; `from` if it is to stay
  std::vector<Cut> cuts;  // in the order in which they were made; empty: granted as it was wished

  bool grows() const { return granted > from; }
  bool shrinks() const { return granted < from; }
  // A change was wished, and none is granted.
  bool stops() const { return granted == from && wish.to != from; }
};

}  // namespace aerostat
