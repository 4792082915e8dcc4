// What the loop needs from outside, as small interfaces. The daemon supplies the real ones, tests and the
// simulator their own. All calls come from the reactor thread, and none of them blocks for long.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/process.h"
#include "base/result.h"
#include "guest/guest_link.h"
#include "model/report.h"
#include "model/settings.h"
#include "model/start.h"
#include "model/vm_id.h"

namespace aerostat {

// The host's own evidence. What cannot be read is unknown: never zero, never gone.
class HostSensor {
 public:
  virtual ~HostSensor() = default;
  virtual HostMemory memory() const = 0;
  virtual HostNumber<ProcessMemory> memory_of(pid_t pid) const = 0;
  // Start time of the process, in clock ticks since boot.
  virtual HostNumber<std::uint64_t> started(pid_t pid) const = 0;
};

// A VM, for the look-up of its settings.
struct VmLabel {
  std::string name;             // the name that people use
  std::string display = name;   // the name that its driver shows
  std::optional<VmId> id = {};  // missing: it does not run

  // Names under which someone may have written settings for it, the most specific first.
  std::vector<std::string> names() const {
    if (!id) return {name};
    return {name_at_driver(display, *id), name, display};
  }
};

// Where settings come from and are kept.
class SettingsKeeper {
 public:
  virtual ~SettingsKeeper() = default;
  // Configuration, defaults and changed settings, merged; for an unmentioned VM: the defaults.
  virtual Settings settings(const VmLabel& vm) const { return settings_after(vm, {}); }
  // Names with settings of their own, running or not.
  virtual std::vector<std::string> names() const = 0;
  // The same after this change, and those before it that are on their way to the disk.
  virtual Settings settings_after(const VmLabel& vm, const SettingsChange& change) const = 0;
  // Whether there is room for it. Asked before a change is made or tried out.
  virtual Result<void> may_keep(const VmLabel& /*vm*/, const SettingsChange& /*change*/) const { return {}; }
  // Keeps `change` on top of what is set for the VM. `kept` is called once: now, or later on the reactor's
  // thread. On error nothing is changed.
  using Kept = std::function<void(Result<void>)>;
  virtual void keep(const VmLabel& vm, const SettingsChange& change, Kept kept) = 0;
};

// Outlives the daemon: what each process of a VM may hold. After a crash, a VM whose monitor does not answer,
// or that nobody shows any more, still counts with what it was given (law 1).
class HeldBook {
 public:
  struct Entry {
    std::string vm;
    ProcessId process;
    Bytes committed;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  using All = std::vector<Entry>;

  virtual ~HeldBook() = default;
  // Replaces everything remembered. Cheap; called after each pass that changed something.
  virtual void remember(const All& all) = 0;
  // What an earlier daemon remembered. Processes may have ended since.
  virtual All recall() const = 0;
};

// What is known of a VM and cannot be seen again: for the next start of the daemon, about the same process
// only.
struct VmMemory {
  VmId vm;
  ProcessId process;
  // Learned: it needs as much above its use, until then (policy/floor.h).
  Bytes floor;
  int relapses = 0;
  WallTime until = {};
  std::string stepped_back = {};  // something else manages it too: how that was seen; empty: nothing does

  friend bool operator==(const VmMemory&, const VmMemory&) = default;
};

class GuestLinkMaker {
 public:
  virtual ~GuestLinkMaker() = default;
  // Sets the VM that the listener is called with; `name` is for logs.
  virtual std::unique_ptr<GuestLink> make(const VmId& vm, const std::string& name, const GuestPort& port,
                                          GuestListener& listener) = 0;
};

// Called when something happened that cannot wait.
struct EngineHooks {
  std::function<void()> pass_wanted;   // a guest is low: run a pass as soon as this call has returned
  std::function<void()> new_events;    // followers of events have something to read
  std::function<WallTime()> wall_now;  // for people; decisions use the Clock
  // Stores for the next start of the daemon whether it is paused. Missing: nobody stores it.
  std::function<Result<void>(bool)> keep_pause = {};
  // Stores for the next start of the daemon which starts have not ended. Missing: nobody stores it.
  std::function<void(const std::vector<StartReport>&)> keep_starts = {};
  // The memory of a request that names a domain is there: starts it. Ends in Engine::start_failed() if that
  // fails. Missing: nobody can.
  std::function<void(const StartRequest&)> begin_start = {};
  // Why no domain can be started here now; asked with each request that names one. Missing: nothing is wrong.
  std::function<Result<void>()> may_begin = {};
  // Stores for the next start of the daemon what is known of VMs. Missing: nobody stores it.
  std::function<void(const std::vector<VmMemory>&)> keep_memories = {};
};

}  // namespace aerostat
