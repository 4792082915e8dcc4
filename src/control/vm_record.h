// VmRecord: what the loop remembers of one VM between passes.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/process.h"
#include "control/books.h"
#include "control/objections.h"
#include "control/ports.h"
#include "control/reaction_watch.h"
#include "guard/guards.h"
#include "guard/stall.h"
#include "guest/guest_link.h"
#include "guests/guest_table.h"
#include "model/report.h"
#include "model/settings.h"
#include "model/status.h"
#include "model/vm_id.h"
#include "policy/mind.h"
#include "vmm/machine.h"

namespace aerostat {

// What remains known of a guest that nobody reports about any more (control/unheard.h).
struct LostWord {
  std::optional<Bytes> need;  // it was in want: its assumed need
  Bytes given;                // of that, above what it had
  std::optional<Bytes> resident;
  TimePoint at{};
  bool stopped = false;  // the shrink under way when it was lost has been stopped
};

struct VmRecord {
  VmId id;
  std::string display;         // the name that its driver shows
  std::string name;            // the name that people use: the same, or NAME@DRIVER if several VMs show that
                               // name
  Machine* machine = nullptr;  // outlives the record
  std::unique_ptr<GuestLink> guest;
  std::string guest_socket;  // the socket that `guest` was made for
  Settings settings;
  Limits limits;

  TimePoint appeared_at{};
  bool starting = true;  // until its service is heard, or it is clear that there is none
  TimePoint starting_since{};
  bool owed_startup = false;  // freshly booted with less than its startup
  std::uint64_t seen_resets = 0;
  std::uint64_t seen_meddlings = 0;
  std::string stepped_back;  // another hand manages its memory: static until its owner says otherwise

  // What the table of guests says of its guest, and the words of its service from which that follows.
  GuestStanding standing;
  GuestSystem judged_system;
  std::string judged_agent;
  bool limited_by_guest = false;  // its maximum is less than its owner and its devices allow

  Mind mind;                         // what is learned of it
  std::optional<LostWord> lost;      // nobody reports about it now
  TimePoint ran_not_at{};            // when it was last seen stopped, or was out of reach
  TimePoint received_at{};           // of the service's newest report used
  const Profile* profile = nullptr;  // outlives the record
  const Guards* guards = nullptr;    // likewise

  VmClaim* claim = nullptr;                // in the books; outlives the record
  std::optional<ProcessId> process;        // missing: its hypervisor did not report it
  const VmRecord* twin = nullptr;          // shows the same process and is counted for both; null: none does
  std::optional<Bytes> resident, swapped;  // of its process, by the host
  TimePoint looked_at{};                   // when that was read
  Bytes last_resident;                     // as last read
  Bytes counted;                           // the last plausible committed size of its process
  // The host's memory: no VM can have more. Outlives the record; null or missing: unknown.
  const std::optional<Bytes>* host_has = nullptr;
  bool heard = false;  // its facts were known once
  StallState stall;
  ReactionWatch reaction;
  std::optional<TimePoint> prepare_asked_at;
  bool prepare_over = false;  // it answered, or its time was over: what it says later does not count
  Objection objection;

  Status status = Status::Starting;
  std::string note;
  bool movable = false;
  bool has_share = false;               // likewise, or to be heard of, again or at last
  std::optional<Bytes> keeps;           // not believed: its memory beyond its guest's word
  std::optional<TimePoint> refused_at;  // last time; refusals in close succession count as one

  bool waits = false;    // its last growth was not, or not fully, granted …
  bool refused = false;  // … because the host had no more to give, and nobody was asked to
  // It has less than its owner's minimum and cannot have it now: what is left for it if no other VM has more
  // than its minimum.
  std::optional<Bytes> left_for_minimum;

  std::uint64_t grows = 0, shrinks = 0, refusals = 0;
  Bytes last_assigned, peak_assigned;
  std::optional<Bytes> counted_to;  // the assigned size up to which `added` and `removed` count
  Bytes added, removed;
  Bytes peak_demand;
  std::optional<TimePoint> demand_since;  // that was watched from then on
  Bytes remembered;                       // as last given to the held book; its process there is the record's

  const MachineFacts& facts() const { return machine->facts(); }
  // It claims more than any VM on this host can have.
  bool claims_too_much() const { return !can_be(facts().committed()); }
  bool can_be(Bytes claimed) const {
    const Bytes most = host_has ? host_has->value_or(kMostOfOneClaim) : kMostOfOneClaim;
    return claimed >= Bytes{} && claimed <= std::min(most, kMostOfOneClaim);
  }
};

}  // namespace aerostat
