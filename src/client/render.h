// Answers of the API as text for people. Pure functions from JSON to a string, so that tests compare whole
// screens. All text is cleaned. Missing values appear as "-". Unexpected JSON appears as unknown and never
// throws.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"

namespace aerostat {

using Json = nlohmann::ordered_json;

// Column ids of `list` without --columns.
std::vector<std::string> default_columns();
// "name,assigned,pressure": ids of the field table; "_bytes" and "_percent" may be omitted; "all" means each.
Result<std::vector<std::string>> parse_columns(const std::string& text);

// `width` of the terminal; 0: whatever. Where not all columns fit, the least important are left out, and said
// to be.
std::string render_list(const Json& host, const Json& vms, const std::vector<std::string>& columns,
                        bool colour, std::size_t width = 0);
std::string render_vm(const Json& vm, bool colour);
std::string render_host(const Json& host, bool colour);
std::string render_decisions(const Json& decisions, bool colour);
std::string render_event(const Json& event, bool colour);
std::string render_reactions(const Json& reactions, bool colour);
// After `resize`. `last`: nothing more is waited for.
std::string render_resize(const Json& vm, bool last);
// It has what was asked for, to within a balloon's granule.
bool is_resized(const Json& vm);
// One start, in one line; and all of them as a table.
std::string render_start(const Json& start);
std::string render_starts(const Json& starts);
// After `pause` and `resume`.
std::string render_paused(const Json& host);
// After `set`: the settings in force, in one line, and warnings for the owner.
std::string render_settings(const Json& vm, bool dry_run);

}  // namespace aerostat
