// Mind: everything learned about one VM, as one value: its demand, its outlook, what hurt it, and reports
// that are still in doubt. It changes only by evidence, by orders to the VM, and when a source or a boot
// ends. Pure: the same evidence and orders at the same times give the same mind.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/clock.h"
#include "model/guest_sample.h"
#include "model/views.h"
#include "model/wish.h"
#include "policy/demand.h"
#include "policy/floor.h"
#include "policy/half_seen.h"
#include "policy/outlook.h"
#include "policy/profile.h"

namespace aerostat {

// A sample with its source and the host's own facts. The sample is missing while nobody reports anything new.
// A service reports when its numbers change, so its silence is evidence too.
struct Evidence {
  Source source = Source::None;
  std::optional<GuestSample> sample;
  TimePoint sampled_at{};
  Holding has;
  Bytes due;           // assigned once its devices have finished their trade
  Bytes added;         // the part of assigned above boot memory
  Bytes grain;         // the target changes by multiples of this
  bool gives = false;  // a part of the memory requested from it is still to come back
};

struct Mind {
  Source source = Source::None;   // of the newest sample; None: nobody reports
  GuestSample sample;             // the newest; meaningful while there is a source
  TimePoint sampled_at{};         // when it was told; stays without a source; zero: there was none yet
  std::optional<Demand> demand;   // the demand that is believed
  std::optional<Demand> doubted;  // the demand by the newest sample, while it is in doubt
  Outlook outlook;
  Bytes headroom, growth;     // of the outlook, as of its last sample
  bool nearly_empty = false;  // whatever its demand
  Bytes offline;              // added memory that the guest does not bring online; zero: none known
  FloorState floor;
  std::uint64_t ooms = 0;  // how often its kernel was seen to kill for lack of memory
  std::optional<TimePoint> oom_at;

  // Orders.
  std::optional<TimePoint> grew_at, shrank_at;
  int rescues = 0;                  // growths since it was last not nearly empty
  std::optional<Bytes> returns_to;  // idle memory goes back in steps, and this is where they end

  // Working state.
  DemandState estimating;
  HalfSeen half_seen;               // a rise that is taken for memory on its way
  Bytes believed_total;             // the guest's total in the sample that demand is of
  std::optional<Bytes> never_seen;  // of demand, when nothing was added
};

// Learns from `evidence`. True if it has a sample that is believed.
bool learn(Mind& mind, const Evidence& evidence, const Profile& profile, TimePoint now);

// The VM was ordered from `from` to `to` because of `wish`. `floors`: distress after this counts as caused by
// it.
void tell(Mind& mind, const Wish& wish, Bytes from, Bytes to, bool floors, TimePoint now);

// No further report is expected: the newest sample is believed.
void believe_last_word(Mind& mind);
// The source of reports ended: demand and outlook are unknown. The learned floor remains.
void forget_reports(Mind& mind);
// The guest was reset: everything learned belongs to the previous boot.
void forget_guest(Mind& mind);

// The part of `level` above the memory that the guest shows in use; zero if that is unknown.
Bytes above_use(const Mind& mind, Bytes level);
// Whether the guest shows that it lacks memory.
bool in_want(const Demand& demand);

// Fills in the guest's part of a VM's view. Demand stays unknown if `view.keeps` says that nobody is
// believed.
void show(const Mind& mind, TimePoint now, VmView& view);
// The level that the VM may return to. `judged`: its samples measure what it needs.
std::optional<Bytes> rest(Mind& mind, const VmView& view, bool judged, const Profile& profile);

}  // namespace aerostat
