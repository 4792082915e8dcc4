// Machine: one running VM, as its hypervisor offers it. Facts can be read at any time and never block.
// set_target() starts a change and returns at once. Requested and achieved sizes are two numbers: a change
// may be slow, partial or ignored, and the facts show it. Nothing here ever waits for a guest.
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
  Incoming,  // its guest is arriving from another process
};

// The control connection to the hypervisor.
enum class Link {
  Connecting,  // no contact yet
  Up,
  Hung,    // connected, and no answer in time
  Denied,  // no permission to connect
  Lost,    // was up, is unreachable now; the VM may still be running
};

struct MachineFacts {
  Link link = Link::Connecting;
  std::string link_note;  // one sentence: why the link is not Up
  RunState run_state = RunState::Unknown;
  std::string run_note;      // one sentence: why the guest does not run
  bool migrating = false;    // its guest migrates to or from another process: nothing is plugged
  std::optional<pid_t> pid;  // the VM's process on this host

  bool known = false;  // the numbers below were read at least once
  Bytes base;          // memory it booted with, and memory of devices that are not ours
  Bytes unmanaged;     // of this, the latter: it changes without our doing
  Bytes least;         // no target is below this: its devices cannot take more
  bool has_balloon = false;
  bool has_balloon_stats = false;
  Bytes balloon_actual;  // base - ballooned, as seen; equals base without a balloon
  std::optional<Bytes>
      balloon_target;     // the requested size; missing: unknown (requested by someone before us)
  bool has_plug = false;  // memory can be hot-added (virtio-mem)
  Bytes plug_block = Bytes::mib(2);
  Bytes plug_maximum;
  Bytes plugged;              // as seen
  Bytes plug_requested;       // as asked
  bool unplug_stuck = false;  // more is plugged than requested, and it does not go
  std::optional<Bytes> goal;  // the last overall target; missing: none, or it is void
  Bytes owed;                 // what its balloon took in exchange for plugged memory that is still to come
  std::optional<std::string> agent_socket;  // where the guest's service can be reached
  std::string manager_note;                 // what is missing to be fully manageable, for `show`
  std::string refusal;                      // what the hypervisor refuses, and why
  bool backs_off = false;                   // and is left alone for a while

  std::optional<GuestSample> balloon_stats;  // reports without a service
  TimePoint balloon_stats_at{};              // when the guest last refreshed them
  TimePoint seen_at{};                       // when the hypervisor last confirmed these numbers
  TimePoint grew_at{};                       // when balloon_actual or plugged last rose
  std::uint64_t resets = 0;                  // reboots of the guest seen so far

  Bytes assigned() const { return balloon_actual + plugged; }
  // Its size when a trade between its devices is over.
  Bytes due() const { return assigned() + owed; }
  // The larger of its size and its requested size, for each device (law 1). An unknown balloon target may be
  // anything up to the base.
  Bytes base_committed() const {
    return has_balloon ? std::max(balloon_actual, balloon_target.value_or(base)) : base;
  }
  // The overall goal counts even while the balloon inflates first: that memory returns without asking anyone.
  Bytes committed() const {
    return std::max(base_committed() + std::max(plugged, plug_requested), goal.value_or(Bytes{}));
  }
  Bytes maximum() const { return base + plug_maximum; }
  // The size that it is moving towards. The devices' own targets do not show it: the balloon stands in for
  // memory that does not unplug, and gives back as that memory goes.
  Bytes target() const {
    return goal.value_or(balloon_target.value_or(balloon_actual) + std::max(plugged, plug_requested));
  }
  // It has its target, to within the smallest amount that Linux moves.
  bool at_rest() const {
    constexpr Bytes kPiece = Bytes::mib(2);
    const Bytes apart = assigned() - target();
    return owed == Bytes{} && apart < kPiece && -apart < kPiece;
  }
};

class Machine {
 public:
  virtual ~Machine() = default;
  // Constant as long as it is shown. It may change only together with machine_renamed().
  virtual const VmId& id() const = 0;
  virtual const std::string& name() const = 0;  // for people; not unique
  virtual const MachineFacts& facts() const = 0;
  // The target that set_target() would really request: rounded down to the devices' blocks and cut to what
  // they can reach. Pure.
  virtual Bytes reachable(Bytes target) const = 0;
  // Asks the VM to have `target` (assigned). A growth counts in the facts' committed() before this returns. A
  // shrink lowers committed() only as memory is seen to come back. Idempotent.
  virtual void set_target(Bytes target) = 0;
  // The guest has memory to spare: a step that makes later growth easier may be done now, within its target.
  // It may be owed up to kRoomInBlock + kOpenBlock meanwhile.
  virtual void prepare_to_grow() {}
  // Nobody inside reports: the devices' statistics about the guest are requested as often as is useful.
  virtual void watch(bool closely) { (void)closely; }
};

// Receives news of VMs. All calls come from the one reactor thread, never from inside a call to Machine. A
// driver with its own thread posts facts and ids, by value, to the reactor; there it updates its Machine and
// calls this.
class MachineListener {
 public:
  virtual ~MachineListener() = default;
  // The reference stays valid until machine_vanished() of its id has returned.
  virtual void machine_appeared(Machine& machine) = 0;
  virtual void machine_changed(const VmId& id) = 0;  // facts changed
  // It has another name, or a better id: its id was `was`.
  virtual void machine_renamed(const VmId& was, Machine& machine) = 0;
  virtual void machine_vanished(const VmId& id, const std::string& why) = 0;
  // Something at `place` looks like a VM but is not managed.
  virtual void monitor_ignored(const std::string& place, const std::string& why) = 0;
};

}  // namespace aerostat
