// `two-thirds`: the example of docs/design/writing-a-policy.md. A VM is to use two thirds of its memory: it
// grows as soon as it uses more, and gives the rest back when it has used less for 5 s.
#pragma once

#include <memory>

#include "sim/rules/rule.h"

namespace aerostat::sim {

std::unique_ptr<Rule> two_thirds_rule();

}  // namespace aerostat::sim
