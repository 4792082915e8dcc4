// What the loop needs from outside, as small interfaces: the daemon brings the real ones, tests and the
// simulator their own. All calls come from the reactor thread and none of them blocks for long.
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
#include "model/vm_id.h"

namespace aerostat {

// The host's own evidence. What cannot be read is unknown: never zero, never gone.
class HostSensor {
 public:
  virtual ~HostSensor() = default;
  virtual std::optional<Bytes> total() const = 0;
  virtual std::optional<Bytes> available() const = 0;
  virtual HostNumber<ProcessMemory> memory_of(pid_t pid) const = 0;
  // When the process was started, in clock ticks since boot.
  virtual HostNumber<std::uint64_t> started(pid_t pid) const = 0;
};

// A VM, as its settings are looked for.
struct VmLabel {
  std::string name;             // what people call it
  std::string display = name;   // as its driver shows it
  std::optional<VmId> id = {};  // missing: it does not run

  // Names under which somebody may have written settings for it, the most particular first.
  std::vector<std::string> names() const {
    if (!id) return {name};
    return {name_at_driver(display, *id), name, display};
  }
};

// Where settings come from and are kept.
class SettingsKeeper {
 public:
  virtual ~SettingsKeeper() = default;
  // Configuration, defaults and what was set, merged; for a VM nobody wrote about: the defaults.
  Settings settings(const VmLabel& vm) const { return settings_after(vm, {}); }
  // Names with settings of their own, running or not.
  virtual std::vector<std::string> names() const = 0;
  // The same after this change.
  virtual Settings settings_after(const VmLabel& vm, const SettingsChange& change) const = 0;
  // Keeps `change` on top of what is set for the VM. On error nothing is changed.
  virtual Result<void> keep(const VmLabel& vm, const SettingsChange& change) = 0;
};

// Outlives the daemon: what each process of a VM may hold. After a crash a VM whose monitor does not answer,
// or that nobody shows any more, is still counted with what it was given (law 1).
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

class GuestLinkMaker {
 public:
  virtual ~GuestLinkMaker() = default;
  // The listener is told of `vm`; `name` is for logs.
  virtual std::unique_ptr<GuestLink> make(const VmId& vm, const std::string& name, const GuestPort& port,
                                          GuestListener& listener) = 0;
};

// Told that something happened that cannot wait.
struct EngineHooks {
  std::function<void()> pass_wanted;   // a guest is low: run a pass as soon as this call has returned
  std::function<void()> new_events;    // followers of events have something to read
  std::function<WallTime()> wall_now;  // for people; decisions use the Clock
  // Keeps for the next start of the daemon that it is paused, or not. Missing: nobody keeps it.
  std::function<Result<void>(bool)> keep_pause = {};
};

}  // namespace aerostat
