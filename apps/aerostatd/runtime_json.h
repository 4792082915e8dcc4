// Small JSON files in the runtime directory: they outlive the daemon, and not the host.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "model/event.h"  // WallTime

namespace aerostat {

using RuntimeJson = nlohmann::ordered_json;

// The file, which may be no JSON at all (then it is discarded, and of no type). Missing: there is none, or it
// cannot be read, which is logged as `what`.unreadable.
std::optional<RuntimeJson> read_runtime_json(const std::string& path, std::size_t most_bytes,
                                             const char* what);
// Replaces the file, and does not wait for the disk. What cannot be written is logged as `what`.unwritable,
// with `loss`: what a restart of the daemon would forget.
void write_runtime_json(const std::string& path, const RuntimeJson& all, const char* what, const char* loss);

// Members of an entry. Missing: there is none, it is of another type, or it is out of its range.
std::optional<std::int64_t> whole_of(const RuntimeJson& entry, const char* key,
                                     std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                                     std::int64_t most = std::numeric_limits<std::int64_t>::max());
// Empty: there is none.
std::string text_of(const RuntimeJson& entry, const char* key);

std::int64_t milliseconds_of(WallTime at);
WallTime wall_of(std::int64_t milliseconds);

}  // namespace aerostat
