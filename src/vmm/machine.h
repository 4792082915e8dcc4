// Machine: one running VM, as its hypervisor offers it. Facts are read at any time and never block;
// set_target() starts a change and returns at once. What was asked and what was achieved are two numbers:
// a change may be slow, partial or ignored, and the facts say so. Nothing here ever waits for a guest.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "model/guest_sample.h"
#include "model/vm_id.h"

namespace aerostat {

enum class RunState {
  Unknown,
  Running,
  Paused,
  ShutDown,
  Incoming,  // its guest is on its way here from another process
};

// The control connection to the hypervisor.
enum class Link {
  Connecting,  // not yet spoken with
  Up,
  Hung,    // connected, and no answer in time
  Denied,  // no permission to connect
  Lost,    // was up, cannot be reached now; the VM may still be running
};

struct MachineFacts {
  Link link = Link::Connecting;
  std::string link_note;  // one sentence: why the link is not Up
  RunState run_state = RunState::Unknown;
  std::string run_note;      // one sentence: why the guest does not run
  bool migrating = false;    // its guest is on its way to or from another process: nothing is plugged
  std::optional<pid_t> pid;  // the VM's process on this host

  bool known = false;  // the numbers below were read at least once
  Bytes base;          // memory it booted with, and what devices hold that are not ours
  Bytes unmanaged;     // of it, the latter: it comes and goes without our doing
  Bytes least;         // no target lies below this: its devices cannot take more
  bool has_balloon = false;
  bool has_balloon_stats = false;
  Bytes balloon_actual;  // base - ballooned, as seen; equals base without a balloon
  std::optional<Bytes>
      balloon_target;     // what was asked for; missing: not known (asked by somebody before us)
  bool has_plug = false;  // memory can be hot-added (virtio-mem)
  Bytes plug_block = Bytes::mib(2);
  Bytes plug_maximum;
  Bytes plugged;              // as seen
  Bytes plug_requested;       // as asked
  bool unplug_stuck = false;  // more is plugged than asked for, and it does not go
  std::optional<Bytes> goal;  // what it was last asked for in all; missing: nothing, or it is void
  Bytes owed;                 // what its balloon took for plugged memory that is still to come
  std::optional<std::string> agent_socket;  // where the guest's service can be reached
  std::string manager_note;                 // what is missing to be fully manageable, for `show`
  std::string refusal;                      // the hypervisor refuses what it is asked for: what, and why
  bool backs_off = false;                   // and is not asked for a while

  std::optional<GuestSample> balloon_stats;  // agentless reports
  TimePoint balloon_stats_at{};              // when the guest last refreshed them
  TimePoint seen_at{};                       // when the hypervisor last confirmed these numbers
  TimePoint grew_at{};                       // when balloon_actual or plugged last rose
  std::uint64_t resets = 0;                  // reboots of the guest seen so far

  Bytes assigned() const { return balloon_actual + plugged; }
  // What it has when a trade between its devices is over.
  Bytes due() const { return assigned() + owed; }
  // The larger of what it has and what it was told it may have, for each device (law 1).
  // A balloon target we do not know may be anything up to the base.
  Bytes base_committed() const {
    return has_balloon ? std::max(balloon_actual, balloon_target.value_or(base)) : base;
  }
  // What it was asked for in all counts though its balloon takes first: it comes back without asking anybody.
  Bytes committed() const {
    return std::max(base_committed() + std::max(plugged, plug_requested), goal.value_or(Bytes{}));
  }
  Bytes maximum() const { return base + plug_maximum; }
  // What it is on the way to. The devices' own targets do not tell: the balloon stands in for memory that
  // does not unplug, and takes back what it took as that memory comes.
  Bytes target() const {
    return goal.value_or(balloon_target.value_or(balloon_actual) + std::max(plugged, plug_requested));
  }
  // It has what it was asked to have, but for less than Linux moves at a time.
  bool at_rest() const {
    constexpr Bytes kPiece = Bytes::mib(2);
    const Bytes apart = assigned() - target();
    return owed == Bytes{} && apart < kPiece && -apart < kPiece;
  }
};

class Machine {
 public:
  virtual ~Machine() = default;
  // The same for as long as it is shown. It may change only together with machine_renamed().
  virtual const VmId& id() const = 0;
  virtual const std::string& name() const = 0;  // for people; not unique
  virtual const MachineFacts& facts() const = 0;
  // The target that set_target() would really ask for: rounded down to the devices' blocks and cut to what
  // they can reach. Pure.
  virtual Bytes reachable(Bytes target) const = 0;
  // Asks the VM to have `target` (assigned). Growing takes effect in the facts' committed() before this
  // returns; shrinking lowers committed() only as memory is seen to come back. Idempotent.
  virtual void set_target(Bytes target) = 0;
  // The guest has memory to spare: what makes growing it easier later may be done now, within its target. It
  // may be owed up to kRoomInBlock + kOpenBlock meanwhile.
  virtual void prepare_to_grow() {}
  // Nobody inside reports: what the devices say of the guest is asked for as often as is of use.
  virtual void watch(bool closely) { (void)closely; }
};

// Hears of VMs. All calls come from the one reactor thread, never from inside a call to Machine. A driver
// with a thread of its own posts facts and ids, by value, to the reactor; there it updates its Machine and
// calls this.
class MachineListener {
 public:
  virtual ~MachineListener() = default;
  // The reference stays valid until machine_vanished() of its id has returned.
  virtual void machine_appeared(Machine& machine) = 0;
  virtual void machine_changed(const VmId& id) = 0;  // facts changed
  // Its name is another, or it is known better: its id was `was`.
  virtual void machine_renamed(const VmId& was, Machine& machine) = 0;
  virtual void machine_vanished(const VmId& id, const std::string& why) = 0;
  // There is something like a VM at `place` that is not looked after.
  virtual void monitor_ignored(const std::string& place, const std::string& why) = 0;
};

}  // namespace aerostat
