// Text that came from outside, made safe to show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace aerostat {

// Keeps printable ASCII, shows every other byte as '?', cuts at `most` characters (then ends in "...").
// For anything a guest, a monitor or a file said before it reaches a log, a screen or a terminal.
std::string printable(std::string_view text, std::size_t most = 200);

// A VM's name: 1 to 64 of letters, digits, '.', '_', '-', and no leading '.' or '-'.
bool is_vm_name(std::string_view text);

}  // namespace aerostat
