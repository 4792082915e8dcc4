// Unheard: what is done for a guest without any report: its service died or hangs, and its balloon has no
// statistics either. It gives only to others that lack memory (policy/evidence) and gets its startup memory
// back. If it was in want when last heard, it grows as long as the host sees it use what it is given: a
// service that cannot run for lack of memory looks like one that died.
#pragma once

#include "base/clock.h"
#include "control/vm_record.h"
#include "model/views.h"

namespace aerostat {

// What a guest in want was given last must show in its process's memory within this time. Then it gets twice
// as much.
inline constexpr Duration kUnheardStep = std::chrono::seconds(2);

// Zeros, and numbers that contradict each other, mean nothing.
bool tells_need(const GuestSample& sample);

// Its service reports valid numbers, or has not reported yet.
bool service_reports(const VmRecord& vm);

// Nobody reports now. The last known want of the guest is remembered until someone reports again.
void lose_word(VmRecord& vm);

// Nobody has reported for long enough about a guest that lives and may be moved.
bool is_unheard(const VmRecord& vm, TimePoint now);

// Time has passed: a guest in want that used what it was given is assumed to need more.
void follow_unheard(VmRecord& vm, TimePoint now);

// Whether it is to be given something.
bool is_owed(const VmRecord& vm);

// How policy and guards see an unheard VM.
void show_unheard(const VmRecord& vm, VmView& view);

// A clause for the note of a VM that is owed something.
std::string unheard_note(const VmRecord& vm);

}  // namespace aerostat
