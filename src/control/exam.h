// VmExam: what the loop knows of one VM, for checks that explain why its memory moves or does not. A copy:
// nothing in it changes later. What its hypervisor and its guest say is hostile text.
#pragma once

#include <optional>
#include <string>

#include "guest/guest_link.h"
#include "guests/guest_table.h"
#include "model/report.h"
#include "vmm/machine.h"

namespace aerostat {

struct VmExam {
  VmReport report;
  MachineFacts facts;
  std::string driver;  // "qemu"

  // Of its service.
  Service service = Service::Absent;
  std::string service_note, service_unread, agent_version, complaint;

  GuestStanding standing;        // what the table of guests says of its guest
  std::string limited_by_guest;  // why its guest gets less than devices and owner allow; empty: it gets all

  Bytes offline;                          // given to it, and not brought online in the guest
  std::string stepped_back;               // another hand moves its memory; empty: none does
  std::string counted_as;                 // its process is looked after under this name; empty: under its own
  std::optional<Bytes> left_for_minimum;  // it has less than its minimum, and this is what it can get
  bool refused = false;                   // it waits, and the host has no more to give
  bool shrink_stalled = false, growth_stalled = false;
};

}  // namespace aerostat
