// Reports: what Aerostat tells people and programs about VMs, the host and its own decisions.
// The fields of VmReport and HostReport are listed once, in fields.h; every view reads that table.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "model/event.h"
#include "model/guest_sample.h"
#include "model/guest_system.h"
#include "model/settings.h"
#include "model/status.h"

namespace aerostat {

// "2026-05-04T10:11:12.345Z"
std::string format_time(WallTime time);

struct VmReport {
  std::string name;
  Limits limits;
  Settings settings;  // as its owner wrote them, without defaults
  Status status = Status::Starting;
  std::string note;                   // why this status, in one sentence; empty when all is well
  std::vector<std::string> warnings;  // of what was just set: sentences
  std::optional<Bytes> assigned;
  std::optional<Bytes> visible;
  std::optional<Bytes> demand;
  std::optional<Bytes> wanted;
  std::optional<Bytes> target;
  std::optional<Bytes> committed;
  std::optional<Bytes> resident;
  std::optional<double> pressure_percent;
  std::optional<Bytes> available;  // in the guest
  std::optional<Bytes> swap_used;  // in the guest
  std::optional<std::uint64_t> swap_in_pages;
  std::optional<std::uint64_t> swap_out_pages;
  std::optional<std::uint64_t> oom_kills;            // because the guest was out of memory, …
  std::optional<std::uint64_t> oom_kills_in_limits;  // … or a container in it had used up its own limit
  std::optional<double> sample_age_s;  // since the guest last reported, although its numbers may be lost
  GuestSample sample;                  // all that it said; empty while its numbers are not known
  std::string integration;             // "service 0.1.0", "balloon statistics", "none"
  std::string os;                      // one line for people
  std::optional<GuestSystem> guest;    // the same in parts; missing: no service said it
  std::string guest_row;               // of the table of guests; empty: no service spoke yet
  std::string guest_remedy;            // what to do in the guest; empty: nothing
  std::string devices;                 // what it can be moved with, or what is missing for it
  std::uint64_t grows = 0;
  std::uint64_t shrinks = 0;
  Bytes added, removed;  // assigned is what it had when it was found, and added, less removed
  std::uint64_t refusals = 0;
  std::uint64_t reboots = 0;
  Bytes peak_assigned;
  std::optional<Bytes> peak_demand;  // the most it needed since watched_s ago
  std::optional<double> watched_s;   // its need is known for as long
};

// One growth as it went, in milliseconds from its cause: the buffer fell below the threshold, or the guest's
// sample that showed the need where memory was given before that. A missing part was not seen.
struct Reaction {
  std::string vm;
  WallTime at;
  std::optional<double> detect_ms;   // cause -> message received
  std::optional<double> decide_ms;   // message received -> command written
  std::optional<double> actuate_ms;  // command written -> hypervisor shows first new memory
  std::optional<double> online_ms;   // that -> the guest can use it
  std::optional<double> total_ms;    // cause -> the guest can use it
};

struct HostReport {
  std::string version;
  bool paused = false;
  std::optional<WallTime> paused_since;
  std::string note;  // what is wrong with the manager itself; empty when all is well
  Bytes capacity;
  Bytes reserve;
  Bytes reserved;
  Bytes committed;
  Bytes committed_peak;
  Bytes free;
  std::optional<Bytes> host_available;  // the kernel's MemAvailable
  std::optional<Bytes> host_total;
  std::uint64_t vms = 0;
  std::uint64_t passes = 0;
  Bytes over_committed;                     // committed beyond what the capacity allows, now
  std::uint64_t over_committed_passes = 0;  // passes that found it so
  std::uint64_t late_ticks = 0;
  Bytes reclaimed;  // sum of all memory seen to come back by our asking
};

// A decision kept for `explain`: the numbers it was made from, the rule, and the result.
struct DecisionRecord {
  std::uint64_t seq = 0;
  WallTime at;
  std::string vm;
  Decision decision;
  std::optional<Bytes> assigned;
  std::optional<Bytes> demand;
  std::optional<Bytes> wanted;
  std::optional<Bytes> host_free;
  std::uint64_t repeated = 1;  // same rule and target in this many passes running
  std::string result;          // "reached 1408 MiB after 0.4 s", "under way", …
};

}  // namespace aerostat
