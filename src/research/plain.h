// `static` and `plain`: the two simplest rules.
#pragma once

#include <memory>

#include "research/tunable.h"

namespace aerostat::sim {

std::unique_ptr<Rule> static_rule();

// The honest baseline: need x (1 + share) + floor. Grows at once when less than `low` of that headroom is
// left; shrinks when more than `hysteresis` above it was idle for `hold_s`.
struct PlainConstants {
  double share = 0.023;
  double floor_mib = 18;
  double low = 0.43;
  double hold_s = 2.6;
  double hysteresis_mib = 18;
};
std::unique_ptr<Rule> plain_rule();
std::unique_ptr<Rule> plain_rule_with(const PlainConstants& constants);
Tunable plain_tunable();

}  // namespace aerostat::sim
