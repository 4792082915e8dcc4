// What a number is, said once for each field of a report or a sample, so that nobody guesses it from a name:
// views, the API, recordings, and later metrics and a history.
#pragma once

#include <string_view>

namespace aerostat {

enum class Unit { None, Bytes, Pages, Count, Percent, Seconds, Microseconds };

enum class Nature {
  Gauge,    // a level: goes up and down
  Counter,  // only rises, until what counts it starts anew
  Label,    // a text, or what its owner set: no measurement
};

// What ends the id of a field with that unit, in the API.
constexpr std::string_view unit_ending(Unit unit) {
  switch (unit) {
    case Unit::Bytes: return "_bytes";
    case Unit::Pages: return "_pages";
    case Unit::Percent: return "_percent";
    case Unit::Seconds: return "_s";
    case Unit::Microseconds: return "_us";
    case Unit::None:
    case Unit::Count: return "";
  }
  return "";
}

}  // namespace aerostat
