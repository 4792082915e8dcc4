// Reports as JSON, and the JSON of a change of settings. Fields of VMs and of the host come from the one
// field table (model/fields.h); memory is whole bytes, what is not known is null. Reading takes hostile text.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/report.h"

namespace aerostat {

// Keeps members in the order they were put in.
using Json = nlohmann::ordered_json;

Json to_json(const VmReport& report);
Json to_json(const HostReport& report);
Json to_json(const DecisionRecord& decision);
Json to_json(const EventRecord& event);
Json to_json(const Reaction& reaction);
// {"error":{"kind":"refused","message":"…"}}
Json to_json(const Error& error);
std::string_view kind_name(Error::Kind kind);

// Never fails: bytes that are not UTF-8 are replaced.
std::string dump(const Json& json);

// {"mode":"dynamic","minimum":"512M","maximum":2147483648,"buffer":20,"weight":5000}: any of them, at least
// one; null: as if it was not set. Refuses unknown members and wrong types in one sentence. The rules between
// values are Manager's to check.
Result<SettingsChange> parse_change(std::string_view text);

}  // namespace aerostat
