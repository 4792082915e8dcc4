// What differs between two definitions of a domain, as sentences, and when each takes effect. Inside this
// room only.
#pragma once

#include <pugixml.hpp>
#include <vector>

#include "adopt/adopt.h"

namespace aerostat {

// `running`: the live definition; null if the domain is off. It needs no device that it has already.
std::vector<DomainChange> describe_changes(const pugi::xml_node& before, const pugi::xml_node& after,
                                           const pugi::xml_node& running);

}  // namespace aerostat
