// Manager: everything a person or a program can ask of a running Aerostat. The API calls this and nothing
// else. Called from the reactor thread only; nothing blocks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/report.h"

namespace aerostat {

class Manager {
 public:
  virtual ~Manager() = default;

  virtual HostReport host() const = 0;
  virtual std::vector<VmReport> vms() const = 0;  // by name
  // Those that do not run and have settings of their own, which wait for them; by name.
  virtual std::vector<VmReport> vms_off() const = 0;
  virtual Result<VmReport> vm(const std::string& name) const = 0;

  // Changes settings, for now and for ever (kept in the state directory). What goes back is then what the
  // configuration says, or the default.
  // Refused as a whole, with the rule that would break, or done as a whole. `dry_run` only checks.
  // Works for a VM that is not running too: the settings wait for it. What its owner should know of what was
  // set is in the report's warnings.
  virtual Result<VmReport> set(const std::string& name, const SettingsChange& change, bool dry_run) = 0;

  // The newest `most` decisions about a VM, oldest first.
  virtual Result<std::vector<DecisionRecord>> explain(const std::string& name, std::size_t most) const = 0;

  // Events with a sequence number above `after`, oldest first. The newest 1,000 are kept.
  virtual std::vector<EventRecord> events(std::uint64_t after) const = 0;
  // The newest growths with their timing, oldest first. The newest 1,000 are kept.
  virtual std::vector<Reaction> reactions() const = 0;

  // While paused nothing is moved; everything is still sensed, counted and shown. A pause outlives the
  // daemon; one that cannot be kept is told in the host's note.
  virtual void pause() = 0;
  virtual void resume() = 0;
};

}  // namespace aerostat
