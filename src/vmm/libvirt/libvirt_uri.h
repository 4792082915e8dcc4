// libvirt's URIs of this host's QEMU driver: "qemu:///system", "qemu:///session", or either as
// "qemu+unix:///", as the configuration allows them. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace aerostat {

// Where libvirt's QEMU driver keeps the process ids of its domains. `variable` gives environment variables.
std::string run_directory_of(std::string_view uri,
                             const std::function<std::optional<std::string>(const char*)>& variable);

}  // namespace aerostat
