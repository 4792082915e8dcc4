// Text that came from outside, made safe to show.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aerostat {

// Keeps printable ASCII, shows every other byte as '?', cuts at `most` characters (then ends in "...").
// For anything a guest, a monitor or a file said before it reaches a log, a screen or a terminal.
std::string printable(std::string_view text, std::size_t most = 200);

// A VM's name: 1 to 64 ASCII letters, digits, spaces and of . _ - + @ ( ), which begins with none of '.', '-'
// and space, and does not end in a space. Nothing in it has to be escaped in a file's name, in TOML, JSON or
// CSV.
bool is_vm_name(std::string_view text);
// The rule, for people.
inline constexpr std::string_view kVmNameRule =
    "1 to 64 letters, digits, spaces and . _ - + @ ( ), beginning with none of '.', '-' and space";

// As a word of a log line: in quotes if it has spaces.
std::string log_word(std::string_view name);

// A part of a URL's path, and back. Nothing if it is not encoded well.
std::string percent_encoded(std::string_view text);
std::optional<std::string> percent_decoded(std::string_view text);

// Which of the known words was probably meant: the nearest, at most two slips of a finger off and less than
// half of it, or one that begins so. Not the word itself.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);
// "; did you mean 'web'?", or nothing.
std::string did_you_mean(std::string_view typed, const std::vector<std::string>& words);

}  // namespace aerostat
