// Calls about one domain, or about all of a libvirtd. Each may block: they run in a CallPool. Each returns
// values, and keeps nothing.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "vmm/libvirt/call_pool.h"
#include "vmm/libvirt/domain_xml.h"
#include "vmm/libvirt/memory_stats.h"
#include "vmm/machine.h"

namespace aerostat {

// Where a domain is found.
struct DomainPlace {
  std::string uri, uuid, name;
  std::string run_directory;  // of libvirt's QEMU driver: NAME.pid is there
};

struct DomainReading {
  RunState run_state = RunState::Unknown;
  std::string run_note;
  bool busy = false;  // a migration, save or dump is under way: libvirt lets nobody change its memory
  DomainXml xml;
  BalloonWord word;
  std::optional<pid_t> pid;  // verified: its command line has the domain's UUID
};

// Kind NotFound: it does not run. Timeout: its QEMU does not answer libvirt.
Result<DomainReading> read_domain(LibvirtSession& session, const DomainPlace& place);

Result<void> set_balloon(LibvirtSession& session, const DomainPlace& place, Bytes value);
Result<void> set_requested(LibvirtSession& session, const DomainPlace& place, const DomainPlug& plug,
                           Bytes value);
// Of the running domain only. libvirt leaves nothing behind where QEMU refuses.
Result<void> add_dimm(LibvirtSession& session, const DomainPlace& place, int number, Bytes size);
// Of the running domain only.
Result<void> set_stats_period(LibvirtSession& session, const DomainPlace& place, int seconds);

// As `virsh start`: of a domain that is defined and does not run.
Result<void> start_domain(LibvirtSession& session, const std::string& uri, const std::string& uuid);

// In the domain's <metadata>: of the running domain, and of its definition if it has one.
Result<void> write_settings(LibvirtSession& session, const DomainPlace& place, const Settings& settings);

struct RunningDomain {
  std::string uuid, name;
};
// Defined, and does not run.
struct RestingDomain {
  std::string uuid, name;
  Settings settings;  // in its definition's <metadata>
};
struct AllDomains {
  std::vector<RunningDomain> running;
  std::vector<RestingDomain> resting;
};
Result<AllDomains> all_domains(LibvirtSession& session, const std::string& uri);

// The process that `pid_file` names, if its command line has the UUID.
std::optional<pid_t> domain_process(const std::string& pid_file, const std::string& uuid);
// False: it has certainly ended.
bool may_run(pid_t pid, const std::string& uuid);

}  // namespace aerostat
