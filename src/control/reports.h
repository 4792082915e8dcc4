// Makes reports from records, and checks the rules for settings that depend on the VM.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "control/exam.h"
#include "control/vm_record.h"
#include "model/report.h"

namespace aerostat {

VmReport report_of(const VmRecord& vm, TimePoint now);
VmExam exam_of(const VmRecord& vm, TimePoint now);

// A VM's report with `settings`; `running` may be null.
VmReport report_of_settings(const std::string& name, const Settings& settings, const VmRecord* running,
                            TimePoint now);

// Checks settings as they would be after a change. With facts of the running VM, settings that its devices
// cannot do are refused too, with the remedy.
Result<void> check_settings(const std::string& name, const Settings& after, const Settings& change,
                            const MachineFacts* facts);

}  // namespace aerostat
