// Settings as attributes of an element in a domain's metadata, and back.
#pragma once

#include <pugixml.hpp>

#include "base/result.h"
#include "model/settings.h"

namespace aerostat {

void write_settings(pugi::xml_node into, const Settings& settings);
// Refuses values that break a rule, with the attribute's name. Attributes that it does not know are ignored:
// a later version may have written them.
Result<Settings> read_settings(const pugi::xml_node& from);

}  // namespace aerostat
