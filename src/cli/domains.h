// Domains: a libvirt daemon's domains, as `aerostat adopt` and `aerostat release` need them. Each call may
// take as long as libvirtd likes. Errors name the domain, and say what to do.
#pragma once

#include <string>

#include "adopt/adopt.h"
#include "base/result.h"
#include "vmm/libvirt/libvirt_api.h"

namespace aerostat {

struct DomainText {
  std::string definition;  // persistent, with passwords
  std::string running;     // empty: it is off
  bool saved = false;      // it is off, and its next start goes on with a saved state
};

class Domains {
 public:
  // `api` must outlive it.
  static Result<Domains> open(const LibvirtApi& api, const std::string& uri);

  // By name or UUID. Refuses domains that are not persistent: nothing of them would be kept.
  Result<DomainText> read(const std::string& name) const;
  // Replaces the persistent definition; libvirt checks it against its schema.
  Result<void> define(const std::string& xml) const;
  // Our element in the running domain's metadata; empty: none.
  Result<void> set_running_metadata(const std::string& name, const std::string& xml) const;
  // Makes a change that the running domain can have at once.
  Result<void> apply(const std::string& name, const DomainChange& change) const;

 private:
  Domains(const LibvirtApi& api, LibvirtConnection connection)
      : api_(&api), connection_(std::move(connection)) {}
  Result<LibvirtDomain> find(const std::string& name) const;

  const LibvirtApi* api_;
  LibvirtConnection connection_;
};

}  // namespace aerostat
