// Settings as attributes of an element in a domain's metadata, and back.
#pragma once

#include <optional>
#include <pugixml.hpp>
#include <string_view>

#include "base/result.h"
#include "model/settings.h"

namespace aerostat {

void write_settings(pugi::xml_node into, const Settings& settings);
// Refuses values that break a rule, with the attribute's name. Attributes that it does not know are ignored:
// a later version may have written them.
Result<Settings> read_settings(const pugi::xml_node& from);

// Nothing: no setting has this name.
std::optional<Setting> setting_named(std::string_view name);
// One of them. The error is about the value only.
Result<void> read_setting(Setting setting, const char* value, Settings& into);

}  // namespace aerostat
