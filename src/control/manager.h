// Manager: everything a person or a program can request of a running Aerostat. The API calls only this, from
// the reactor thread; nothing blocks. `by`: who asks, as "user 1000" or "token grafana"; the events tell.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/report.h"
#include "model/start.h"

namespace aerostat {

class Manager {
 public:
  virtual ~Manager() = default;

  virtual HostReport host() const = 0;
  virtual std::vector<VmReport> vms() const = 0;  // by name
  // VMs that do not run and have settings of their own; by name.
  virtual std::vector<VmReport> vms_off() const = 0;
  virtual Result<VmReport> vm(const std::string& name) const = 0;

  // Changes settings permanently (kept in the state directory). A reset setting takes the value of the
  // configuration, or the default. A change is refused as a whole, with the broken rule, or done as a whole.
  // `dry_run` only checks. It also works for a VM that does not run: the settings wait for it. The report's
  // warnings tell the owner about the new settings.
  // `answer` is called once: now, or later on the reactor's thread when the change is on disk.
  using Answer = std::function<void(Result<VmReport>)>;
  virtual void set(const std::string& name, const SettingsChange& change, bool dry_run, const std::string& by,
                   Answer answer) = 0;

  // Asks a static VM to have `memory`, by whatever device it has. Returns at once; the report's target is
  // what was asked for, as near as the devices can have it. It lasts until the VM ends. Refused: a dynamic
  // VM, more than the host has to give, less than the guest is known to need. `dry_run` only checks.
  virtual Result<VmReport> resize(const std::string& name, Bytes memory, bool dry_run,
                                  const std::string& by) = 0;

  // Gathers memory for a VM that is about to start, out of what running VMs can give, by weight and down to
  // their minimums. Replaces an earlier request for the VM. Nobody else gets the memory until the VM's facts
  // are known, it is released, or its time is over. Refuses at once what the host never has, and what may not
  // wait and is not there, and a domain that nobody can start here or that is asked for by another name.
  virtual Result<StartReport> reserve(const StartRequest& request) = 0;
  virtual Result<StartReport> start(const std::string& vm) const = 0;
  // In the order of asking; with those that ended in the last minute.
  virtual std::vector<StartReport> starts() const = 0;
  // Error: nothing is kept for it.
  virtual Result<StartReport> release(const std::string& vm, const std::string& by) = 0;

  // The newest `most` decisions about a VM, oldest first.
  virtual Result<std::vector<DecisionRecord>> explain(const std::string& name, std::size_t most) const = 0;

  // Events with a sequence number above `after`, oldest first. The newest 1,000 are kept.
  virtual std::vector<EventRecord> events(std::uint64_t after) const = 0;
  // The newest growths with their timing, oldest first. The newest 1,000 are kept.
  virtual std::vector<Reaction> reactions() const = 0;

  // While paused nothing moves; everything is still sensed, counted and shown. A pause survives the daemon.
  // The host's note reports a pause that cannot be stored.
  virtual void pause(const std::string& by) = 0;
  virtual void resume(const std::string& by) = 0;

  // The API's tokens are its own; that one was made or revoked is an event like any other.
  virtual void token_changed(EventCode what, const tells::OfToken& token, const std::string& by) = 0;
};

}  // namespace aerostat
