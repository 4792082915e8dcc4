// What-if questions and their answers as JSON. Parsing accepts hostile text.
#pragma once

#include <cstdint>
#include <string_view>

#include "api/json.h"
#include "whatif/desk.h"

namespace aerostat {

// {"since":"24h","until":"0s","capacity_bytes":"64G","vms":[{"name":"web","minimum_bytes":"1G"}],
// "add":[{"like":"web","count":2}]}: all may be left out. `now`: seconds since 1970. The error names the
// member, as in "vms[0].minimum_bytes".
Result<WhatIfRequest> parse_what_if(std::string_view text, std::int64_t now);
Json to_json(const WhatIfState& state);

}  // namespace aerostat
