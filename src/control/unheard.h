// Unheard: what is done for a guest that nobody reports of: its service died or hangs, and its balloon has no
// statistics either. It gives nothing but to others who lack memory (policy/evidence), it gets back what it
// booted with, and if it was in want when it was last heard it is grown as long as the host sees it use what
// it is given: a service that cannot run for want of memory looks just like one that died.
#pragma once

#include "base/clock.h"
#include "control/vm_record.h"
#include "model/views.h"

namespace aerostat {

// What a guest in want was given last has this long to show in what its process occupies. Then it is given
// twice as much.
inline constexpr Duration kUnheardStep = std::chrono::seconds(2);

// Zeros, and numbers that contradict each other, tell nothing.
bool tells_need(const GuestSample& sample);

// Its service speaks, and says what it is asked for: or nothing yet.
bool service_reports(const VmRecord& vm);

// Nobody reports now. What the guest was last in want of is remembered until somebody does again.
void lose_word(VmRecord& vm);

// Nobody has reported for long enough, of a guest that lives and may be moved.
bool is_unheard(const VmRecord& vm, TimePoint now);

// Time has passed: a guest in want that used what it was given is taken to need more.
void follow_unheard(VmRecord& vm, TimePoint now);

// Whether there is something it is to be given.
bool is_owed(const VmRecord& vm);

// How policy and guards see an unheard VM.
void show_unheard(const VmRecord& vm, VmView& view);

// One clause for the note on one that is owed something.
std::string unheard_note(const VmRecord& vm);

}  // namespace aerostat
