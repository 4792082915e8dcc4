// `two-thirds`: the example of docs/design/writing-a-policy.md. A VM should use two thirds of its memory. It
// grows as soon as it uses more, and returns the rest when it has used less for 5 s.
#pragma once

#include <memory>

#include "sim/rules/rule.h"

namespace aerostat::sim {

std::unique_ptr<Rule> two_thirds_rule();

}  // namespace aerostat::sim
