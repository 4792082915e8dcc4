// VmId: which VM it is, for good, whatever it is called. A name is for people: it may change, and two drivers
// may show VMs of the same name.
#pragma once

#include <compare>
#include <string>

namespace aerostat {

struct VmId {
  std::string driver;  // "qemu": one word of letters and digits
  // What the driver knows it by as long as it exists: its UUID, else what else is its alone, like the path of
  // its monitor socket.
  std::string stable;

  friend auto operator<=>(const VmId&, const VmId&) = default;
};

// "qemu:/run/vms/web.qmp": unique on a host.
inline std::string id_text(const VmId& id) { return id.driver + ":" + id.stable; }

// "web@qemu": how people write it when another driver shows a VM of that name too.
inline std::string name_at_driver(const std::string& name, const VmId& id) { return name + "@" + id.driver; }

}  // namespace aerostat
