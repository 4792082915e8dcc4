// Members of the API's JSON, which may be anything: one that is missing, or of another kind than asked for,
// is null, "" or nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "client/answer.h"

namespace aerostat {

const Json& member(const Json& object, std::string_view key);
std::string text_at(const Json& object, std::string_view key);  // clean
std::optional<std::int64_t> whole_at(const Json& object, std::string_view key);
std::optional<Bytes> bytes_at(const Json& object, std::string_view key);
std::optional<double> number_at(const Json& object, std::string_view key);

}  // namespace aerostat
