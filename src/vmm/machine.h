// Machine: one running VM, as its hypervisor offers it. Facts can be read at any time and never block.
// set_target() starts a change and returns at once. Requested and achieved sizes are two numbers: a change
// may be slow, partial or ignored, and the facts show it. Nothing here ever waits for a guest.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "model/guest_ability.h"
#include "model/guest_sample.h"
#include "model/levels.h"
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

// What a VM has and was asked to have, summed over its devices.
struct Amounts {
  Bytes assigned;   // what it has, as seen
  Bytes due;        // what it has when a trade between its devices is over
  Bytes target;     // what it is on the way to
  Bytes committed;  // the larger of what it has and what it was told it may have (law 1)
  friend bool operator==(const Amounts&, const Amounts&) = default;
};

// The facts mean the same for every kind of device. `devices` names the devices, for display only.
struct MachineFacts {
  Link link = Link::Connecting;
  std::string link_note;  // one sentence: why the link is not Up
  RunState run_state = RunState::Unknown;
  std::string run_note;      // one sentence: why the guest does not run
  bool migrating = false;    // its guest migrates to or from another process: nothing is plugged
  std::optional<pid_t> pid;  // the VM's process on this host

  bool known = false;  // the numbers below were read at least once
  Bytes base;          // memory it booted with, and what devices hold that are not ours
  Amounts amounts;
  bool target_known = true;  // false: what was asked of it by somebody before us is not known yet
  bool ordered = false;      // the target is what we asked for, and not void since
  Levels levels;             // targets that it can be set to
  // The VM can grow by this above its target before the guest's kernel must add a memory block. Missing: the
  // kernel never must, or each growth adds a block.
  std::optional<Bytes> room_in_block;
  // The memory that the guest lacks during prepare_to_grow(). Missing: there is nothing to prepare.
  std::optional<Bytes> price_of_room;
  // What its guest must be able to do, to be given more than it booted with.
  GuestAbility grows_by = GuestAbility::VirtioMem;
  Bytes at_once;    // the largest size that needs no memory to be added
  Bytes added;      // the part of `assigned` that the guest's kernel must bring online
  Bytes ballooned;  // what its balloon holds of memory that its guest has seen
  // Above maximum(): what a device could add and does not before a reset. Its guest may have seen it already.
  Bytes withheld;
  bool giving = false;                      // memory is on its way back from it
  bool as_booted = false;                   // nothing was given or taken since its guest booted
  bool can_change = false;                  // there is a device that can give it memory or take it back
  std::vector<std::string> devices;         // these, for people
  std::optional<std::string> agent_socket;  // where the guest's service can be reached
  std::string manager_note;                 // what is missing to be fully manageable, for `show`
  std::string refusal;                      // what the hypervisor refuses, and why
  bool backs_off = false;                   // and is left alone for a while
  // How often another hand than ours was seen to change its memory, and one sentence about the last time.
  // What we had asked of it is void then.
  std::uint64_t meddlings = 0;
  std::string meddled;

  bool has_balloon_stats = false;
  std::optional<GuestSample> balloon_stats;  // reports without a service
  TimePoint balloon_stats_at{};              // when the guest last refreshed them
  TimePoint seen_at{};                       // when the hypervisor last confirmed these numbers
  TimePoint grew_at{};                       // when what it has last rose
  std::uint64_t resets = 0;                  // reboots of the guest seen so far

  Bytes assigned() const { return amounts.assigned; }
  Bytes due() const { return amounts.due; }
  Bytes target() const { return amounts.target; }
  Bytes committed() const { return amounts.committed; }
  Bytes maximum() const { return levels.most(); }
  // It has its target, to within the smallest amount that Linux moves.
  bool at_rest() const {
    constexpr Bytes kPiece = Bytes::mib(2);
    const Bytes apart = assigned() - target();
    return due() == assigned() && apart < kPiece && -apart < kPiece;
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
  // Whether its owner wants its memory managed; false until this is called. A VM that is not managed is only
  // watched.
  virtual void manage(bool wanted) { (void)wanted; }
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
