// Devices that keep all of a guest's memory where it is.
#pragma once

#include <pugixml.hpp>
#include <string>

namespace aerostat {

// A device whose driver in the host pins all of the guest's memory, in words; empty: none. `devices`: of the
// domain.
std::string pinning_device(const pugi::xml_node& devices);

}  // namespace aerostat
