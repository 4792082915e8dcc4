// Reads data/guests.toml into a GuestTable, and has that file compiled in.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "guests/guest_table.h"

namespace aerostat {

// All mistakes at once, one "file:line:column: …" a line.
Result<GuestTable> read_guests(std::string_view text, const std::string& file);

std::string_view guests_text();
// The table of guests_text().
Result<GuestTable> compiled_in_guests();

}  // namespace aerostat
