// The answer of /v1/history as text, CSV and SVG. Pure functions; unexpected JSON shows as unknown.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/result.h"

namespace aerostat {

using Json = nlohmann::ordered_json;

// A chart of the two numbers that matter most, and of each number the least, the average, the most and the
// last. ASCII, so that it looks the same in every terminal.
std::string render_history(const Json& table);
// The first line has the columns' names; unknown values are empty.
std::string history_csv(const Json& table);
// One picture, without anything from outside.
std::string history_svg(const Json& table);
// Whether history is kept, where, since when and how large it is.
std::string render_history_status(const Json& status);

}  // namespace aerostat
