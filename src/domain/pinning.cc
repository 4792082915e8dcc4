#include "domain/pinning.h"

#include <fmt/format.h>

#include <string_view>

namespace aerostat {

std::string pinning_device(const pugi::xml_node& devices) {
  for (const pugi::xml_node& device : devices.children("hostdev")) {
    const std::string_view type = device.attribute("type").value();
    if (type == "pci") return "a PCI device (<hostdev type='pci'>)";
    if (type == "mdev") return "a mediated device (<hostdev type='mdev'>)";
  }
  for (const pugi::xml_node& device : devices.children("interface")) {
    const std::string_view type = device.attribute("type").value();
    if (type == "hostdev" || type == "vdpa")
      return fmt::format("a network device of the host (<interface type='{}'>)", type);
  }
  for (const pugi::xml_node& device : devices.children("disk")) {
    if (std::string_view(device.attribute("type").value()) == "nvme")
      return "an NVMe disk of the host (<disk type='nvme'>)";
  }
  return {};
}

}  // namespace aerostat
