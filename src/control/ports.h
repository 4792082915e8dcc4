// What the loop needs from outside, as small interfaces: the daemon brings the real ones, tests and the
// simulator their own. All calls come from the reactor thread and none of them blocks for long.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "guest/guest_link.h"
#include "model/report.h"
#include "model/settings.h"

namespace aerostat {

// The host's own evidence.
class HostSensor {
 public:
  virtual ~HostSensor() = default;
  virtual std::optional<Bytes> total() const = 0;
  virtual std::optional<Bytes> available() const = 0;
  virtual std::optional<Bytes> resident(pid_t pid) const = 0;
  // What of the process this host paged out.
  virtual std::optional<Bytes> swapped(pid_t /*pid*/) const { return Bytes{}; }
};

// Where settings come from and are kept.
class SettingsKeeper {
 public:
  virtual ~SettingsKeeper() = default;
  // Configuration, defaults and what was set, merged; for a VM nobody wrote about: the defaults.
  Settings settings(const std::string& vm) const { return settings_after(vm, {}); }
  // Names with settings of their own, running or not.
  virtual std::vector<std::string> names() const = 0;
  // The same after this change.
  virtual Settings settings_after(const std::string& vm, const SettingsChange& change) const = 0;
  // Keeps `change` on top of what is set for the VM. On error nothing is changed.
  virtual Result<void> keep(const std::string& vm, const SettingsChange& change) = 0;
};

// Outlives the daemon: what each VM may hold, by the process it runs in. So that after a crash a VM whose
// monitor does not answer is still counted with what it was given (law 1).
class HeldBook {
 public:
  struct Entry {
    pid_t pid;
    Bytes committed;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  using All = std::map<std::string, Entry>;

  virtual ~HeldBook() = default;
  // Replaces everything remembered. Cheap; called after each pass that changed something.
  virtual void remember(const All& all) = 0;
  // What the VM was last known to be committed to, if `pid` still is the process that was meant.
  virtual std::optional<Bytes> recall(const std::string& vm, pid_t pid) const = 0;
};

class GuestLinkMaker {
 public:
  virtual ~GuestLinkMaker() = default;
  virtual std::unique_ptr<GuestLink> make(const std::string& vm, const std::string& socket,
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
