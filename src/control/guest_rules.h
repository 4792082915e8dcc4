// Guest rules: what the table of guests says about the guest of one VM, and what is done with it: its
// maximum, its note, and whether it takes part. They rest on the guest's own word, so they only restrict what
// is done with this VM: no word of a guest keeps memory from others.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "control/vm_record.h"

namespace aerostat {

// Its service may have said what system the guest is. No table: nothing follows.
void follow_guest(VmRecord& vm, const GuestTable* table, std::string_view host_version);

// The most that its guest can have. What it booted with, and what it was given before anything was known of
// it, stays. Missing: as much as its devices allow.
std::optional<Bytes> most_for_guest(const VmRecord& vm);

// Cuts limits of this VM to that. False: they allow no more.
bool limit_by_guest(const VmRecord& vm, Limits& limits);

// Whether its guest can be given more than it booted with.
bool guest_can_grow(const VmRecord& vm);

// Why its guest gets less than its devices and its owner allow, or another sentence about its service. Empty:
// nothing is special.
std::string guest_note(const VmRecord& vm);

}  // namespace aerostat
