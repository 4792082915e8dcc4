// The difference of two texts by lines, for people: removed lines begin with "-", added ones with "+", and
// some unchanged lines around them with a space. Empty: none.
#pragma once

#include <string>
#include <string_view>

namespace aerostat {

std::string line_diff(std::string_view before, std::string_view after);

}  // namespace aerostat
