// Sensing of one VM: its life cycle, its demand, its status. It reads the machine's facts and the guest's
// reports and writes them into the VM's record. It decides nothing about memory.
#pragma once

#include "base/clock.h"
#include "control/vm_record.h"
#include "model/views.h"

namespace aerostat {

// How long a VM may boot before it counts as a VM without a service. Stock Debian guests took 40 to 90 s
// without KVM.
inline constexpr Duration kIntegrationWait = std::chrono::seconds(120);
// Balloon statistics are requested every second. After this long without a fresh answer they expire.
inline constexpr Duration kStatsFresh = std::chrono::seconds(5);
// How much of an arriving guest may arrive between two looks.
inline constexpr Bytes kArrivesMost = Bytes::mib(256);
// A VM whose monitor never answered is named after this long.
inline constexpr Duration kMonitorWait = std::chrono::seconds(5);

// Keeps the most that the guest needed. What it shows while it boots is no need.
void watch_need(VmRecord& vm, TimePoint now);

// It was not heard yet, and appeared less than kMonitorWait ago.
bool has_time_to_speak(const VmRecord& vm, TimePoint now);

// Facts are new or time has passed: updates life cycle, limits, counters. Returns memory seen to come back
// since last time.
Bytes follow_machine(VmRecord& vm, TimePoint now);

// Processes the guest's newest report, from its service or from balloon statistics. True if there was a new
// one.
bool take_sample(VmRecord& vm, TimePoint now);

// Reports that it has less than `minimum`, because others have the missing memory or because only `left` is
// left for it.
std::string minimum_text(Bytes minimum, Bytes left);

// Reports that programs were killed in the guest, and how many.
std::string oom_text(const VmRecord& vm);

// Status, note and whether the VM may be moved now.
void judge(VmRecord& vm, TimePoint now);

// What the host sees that the guest may have used, and what its kernel reports as kept from itself.
std::optional<Bytes> touched(const VmRecord& vm);

// A service has a port in it and has not reported yet, but still may: only balloon statistics report about
// it.
bool boots(const VmRecord& vm, TimePoint now);

// The committed size of the VM (law 1), even if its monitor never answered.
Bytes committed_of(const VmRecord& vm);
// The part of it that it keeps whatever others need.
Bytes least_of(const VmRecord& vm);

// The record as policy and guards see it, except for `rest`, which only a pass over all VMs needs.
VmView view_of(const VmRecord& vm, TimePoint now);

}  // namespace aerostat
