// Reports as JSON, and the JSON of a change of settings. Fields of VMs and of the host come from the one
// field table (model/fields.h). Memory is in whole bytes; unknown values are null. Parsing accepts hostile
// text.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/parts.h"
#include "model/report.h"
#include "model/start.h"

namespace aerostat {

// Keeps members in insertion order.
using Json = nlohmann::ordered_json;

Json to_json(const VmReport& report);
Json to_json(const HostReport& report);
Json to_json(const DecisionRecord& decision);
Json to_json(const EventRecord& event);
Json to_json(const Reaction& reaction);
// By their names; without those that are nothing.
Json parts_json(const Parts& parts);
Json to_json(const StartReport& start);
// RFC 9457:
// {"type":"urn:aerostat:problem:refused","title":"refused","status":409,"detail":"…","code":"refused",
// "field":null}
Json problem_json(const Error& error, int status);
std::string_view error_code(Error::Kind kind);
// What a request says is wrong; `field` is the member.
tl::unexpected<Error> invalid(std::string message, std::string_view field = {});

// Unknown: null.
Json bytes_or_null(const std::optional<Bytes>& value);
// Empty: null.
Json text_or_null(const std::string& text);

// Never fails: invalid UTF-8 is replaced.
std::string dump(const Json& json);

// {"mode":"dynamic","minimum_bytes":"512M","maximum_bytes":2147483648,"weight":5000}: any setting, at least
// one; null: as if it was not set. Refuses unknown members and wrong types in one sentence. The rules between
// values are Manager's to check.
Result<SettingsChange> parse_change(std::string_view text);

// A size as every request writes it: a text like "2G", or whole bytes. The error names `key`.
Result<Bytes> size_of(const std::string& key, const Json& value);
// {"memory_bytes":"2G"}
Result<Bytes> parse_memory(std::string_view text);

// {"vm":"web","memory_bytes":"2G","wait_seconds":60,"lasts_seconds":300,"weight":5000}: the first two are
// needed. Refuses unknown members, wrong types and values outside their ranges in one sentence.
Result<StartRequest> parse_start(std::string_view text);

}  // namespace aerostat
