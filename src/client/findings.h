// The doctor's findings as text for people, and what they mean for a script. Pure; all text is cleaned.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/result.h"
#include "model/finding.h"

namespace aerostat {

using Json = nlohmann::ordered_json;

// The host's first, then each VM's. `all`: also those that are fine.
std::string render_findings(const Json& findings, bool all, bool colour);
// What the table of guests says of the guest that these findings are about, for those who ask why its memory
// does not move. Empty: nothing is special.
std::string render_guest(const Json& findings);
// The gravest of them; Ok, if there are none.
Severity gravest(const Json& findings);
// The one that says that the daemon was not reached, or that this user may not ask it, as the API would.
Json not_reached_json(const Error& why);

}  // namespace aerostat
