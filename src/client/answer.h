// Parses answers of the API: the JSON of a success, the sentence of a refusal.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/result.h"
#include "client/client.h"

namespace aerostat {

using Json = nlohmann::ordered_json;

Result<Json> parse_reply(const Reply& reply);

// The items of a list; none of what is no list.
Json items_of(const Json& list);

// The daemon's reason for a refusal, clean.
std::string sentence_of(const Reply& reply);

}  // namespace aerostat
