// Sensing of one VM: its life cycle, its demand, its status. Reads the machine's facts and the guest's
// reports and writes them into the VM's record. Decides nothing about memory.
#pragma once

#include "base/clock.h"
#include "control/vm_record.h"
#include "model/views.h"

namespace aerostat {

// How long a VM may boot before the absence of a service is called that: stock Debian guests took 40 to 90 s
// without KVM.
inline constexpr Duration kIntegrationWait = std::chrono::seconds(120);
// Balloon statistics are asked for each second; after this long without a fresh one they are gone.
inline constexpr Duration kStatsFresh = std::chrono::seconds(5);
// What of a guest that is on its way here may arrive between two looks.
inline constexpr Bytes kArrivesMost = Bytes::mib(256);
// A VM whose monitor was never heard is named after this long.
inline constexpr Duration kMonitorWait = std::chrono::seconds(5);

// Facts are new or time has passed: life cycle, limits, counters. Returns memory seen to come back since last
// time.
Bytes follow_machine(VmRecord& vm, TimePoint now);

// Takes in the guest's newest report, from its service or from balloon statistics. True if there was a new
// one.
bool take_sample(VmRecord& vm, TimePoint now);

// That it has less than `minimum`, because others have what it lacks or, in the end, only `left` is left for
// it.
std::string minimum_text(Bytes minimum, Bytes left);

// That programs were killed in the guest, and how many.
std::string oom_text(const VmRecord& vm);

// Status, note and whether the VM may be moved now.
void judge(VmRecord& vm, TimePoint now);

// What the host sees that the guest may have used, and what its kernel says that it keeps from itself.
std::optional<Bytes> touched(const VmRecord& vm);

// A service has a port in it and has not spoken yet, and may still: only balloon statistics tell of it.
bool boots(const VmRecord& vm, TimePoint now);

// What the VM is counted with (law 1), even when its monitor was never heard.
Bytes committed_of(const VmRecord& vm);
// Of it, what it keeps whatever others need.
Bytes least_of(const VmRecord& vm);

// The record as policy and guards see it, but for `rest`, which only a pass over all VMs asks for.
VmView view_of(const VmRecord& vm, TimePoint now);

}  // namespace aerostat
