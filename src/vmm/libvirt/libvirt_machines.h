// LibvirtMachines: all domains that run under the libvirt daemons of this host. It tells a MachineListener of
// each that appears, changes and vanishes. A daemon that is not there, is restarted or does not answer is
// waited for: its domains stay shown and counted until it, or the kernel, says that they have ended. Nothing
// blocks the given io_context. A domain is only watched until Machine::manage() says otherwise. A build
// without libvirt's headers, and a host without libvirt's library, have this too: with no domains, and the
// reason.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/settings.h"
#include "model/vm_id.h"
#include "vmm/machine.h"

namespace aerostat {

struct LibvirtApi;

// How long libvirt may take to answer before a domain's link is Hung.
inline constexpr Duration kLibvirtDeadline = std::chrono::seconds(2);
// A start waits for hooks, disks and networks.
inline constexpr Duration kStartDeadline = std::chrono::minutes(5);

class LibvirtMachines {
 public:
  // Kind Unavailable: this build or this host has no libvirt; one sentence. Any other: a URI is not usable.
  static Result<std::unique_ptr<LibvirtMachines>> start(boost::asio::io_context& io, const Clock& clock,
                                                        MachineListener& listener,
                                                        const std::vector<std::string>& uris);
  // The same with a given table of libvirt's functions.
  static std::unique_ptr<LibvirtMachines> start_with(const std::shared_ptr<const LibvirtApi>& api,
                                                     boost::asio::io_context& io, const Clock& clock,
                                                     MachineListener& listener,
                                                     const std::vector<std::string>& uris,
                                                     Duration deadline = kLibvirtDeadline);
  // Domains that are defined and do not run, by name: as of the last look, which is at most 30 s old.
  const std::map<std::string, VmId>& resting() const;
  // Called when settings in a domain's <metadata> have changed, by whomever.
  void when_settings_change(const std::function<void(const VmId&)>& changed);
  // The settings in the domain's <metadata>, also of one that rests; none for an unknown id.
  Settings settings(const VmId& id) const;
  // Writes them there, into the running domain and its definition. `kept` is called once, now or later.
  void keep_settings(const VmId& id, const Settings& settings, std::function<void(Result<void>)> kept);
  // As `virsh start`. `failed` is called from the reactor, with one sentence, if it does not run then.
  void start_domain(const std::string& uuid, const std::function<void(std::string why)>& failed);

  ~LibvirtMachines();  // reports nothing: the domains run on
  LibvirtMachines(const LibvirtMachines&) = delete;
  LibvirtMachines& operator=(const LibvirtMachines&) = delete;

 private:
  class Impl;
  explicit LibvirtMachines(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace aerostat
