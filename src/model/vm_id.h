// VmId: identifies a VM for good, whatever its name. Names are for people: they may change, and two drivers
// may show VMs of the same name.
#pragma once

#include <compare>
#include <string>

namespace aerostat {

struct VmId {
  std::string driver;  // "qemu": one word of letters and digits
  // The driver's identifier of the VM for its whole life: its UUID, otherwise something else that is unique,
  // such as the path of its monitor socket.
  std::string stable;

  friend auto operator<=>(const VmId&, const VmId&) = default;
};

// "qemu:/run/vms/web.qmp": unique on a host.
inline std::string id_text(const VmId& id) { return id.driver + ":" + id.stable; }

// "web@qemu": how people write it when another driver also shows a VM of that name.
inline std::string name_at_driver(const std::string& name, const VmId& id) { return name + "@" + id.driver; }

}  // namespace aerostat
