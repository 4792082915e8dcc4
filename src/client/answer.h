// Parses answers of the API: the JSON of a success, the sentence of a refusal.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/result.h"
#include "client/client.h"

namespace aerostat {

using Json = nlohmann::ordered_json;

Result<Json> parse_reply(const Reply& reply);

// Asks, and parses the answer. What is no success is an error with the daemon's reason. Kind Refused: it
// declined; NotFound: there is no such thing; Invalid: the request breaks a rule; Denied or Unavailable: it
// was not reached.
Result<Json> ask_daemon(const Client& client, const std::string& method, const std::string& target,
                        const std::string& body = {});

// The items of a list; none of what is no list.
Json items_of(const Json& list);

// The daemon's reason for a refusal, clean.
std::string sentence_of(const Reply& reply);

}  // namespace aerostat
