// Carries an adoption or a release out: reads the domain, plans, shows, asks, changes. Only in builds with
// libvirt.
#pragma once

#include <iosfwd>
#include <string>

#include "console/surroundings.h"
#include "model/settings.h"
#include "vmm/libvirt/libvirt_api.h"

namespace aerostat {

struct Adoption {
  std::string domain, uri;
  bool release = false;
  Settings wishes;
  bool yes = false, dry_run = false, now = false, json = false;
};

// Returns the exit status, see console/exit_status.h. Without --yes it changes nothing unless `person` agrees
// (null: nobody is there), and nothing if the definition changed while it asked.
int carry_out(const LibvirtApi& api, const Adoption& adoption, const Surroundings& around,
              std::istream* person);

}  // namespace aerostat
