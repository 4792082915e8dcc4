// Text from outside, made safe to show.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aerostat {

// Keeps printable ASCII, shows every other byte as '?', and cuts at `most` characters (then ends in "...").
// Use it for all text from a guest, a monitor or a file before it reaches a log or a terminal.
std::string printable(std::string_view text, std::size_t most = 200);

// A VM's name: 1 to 64 ASCII letters, digits, spaces and . _ - + @ ( ). It does not begin with '.', '-' or a
// space, and does not end in a space. It needs no escaping in file names, TOML, JSON or CSV.
bool is_vm_name(std::string_view text);
// The rule, for people.
inline constexpr std::string_view kVmNameRule =
    "1 to 64 letters, digits, spaces and . _ - + @ ( ), not beginning with '.', '-' or a space";

// The value of a log field, in quotes: `note="he said \"no\""`. Nothing in it can end the field or the line:
// quotes and backslashes are escaped, the rest is as in printable().
std::string log_text(std::string_view text, std::size_t most = 1000);
// The same, without the quotes if it is one plain word.
std::string log_word(std::string_view name);

// Encodes a part of a URL's path, and decodes it. Decoding returns nothing for invalid encoding.
std::string percent_encoded(std::string_view text);
std::optional<std::string> percent_decoded(std::string_view text);

// The known word that was probably meant: the nearest one, at most two typing errors away and fewer than half
// of its letters, or one that begins with `word`. Never `word` itself.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);
// "; did you mean 'web'?", or nothing.
std::string did_you_mean(std::string_view typed, const std::vector<std::string>& words);

}  // namespace aerostat
