// Tunable: a policy that depends on a few named constants, so that a search can improve them
// (research/tune.h): `aerostat`, `plain` and every NAME-equal. docs/guide/policies.md shows the results.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/rules/policy.h"
#include "sim/rules/rule.h"

namespace aerostat::sim {

struct Constant {
  std::string name;
  double low = 0, high = 0;  // the range of the search
  double value = 0;
  bool log = false;  // searched on a logarithmic scale; low is above 0
};

struct Tunable {
  std::string policy;
  std::vector<Constant> constants;
  // One value for each of `constants`, in order.
  std::function<std::unique_ptr<Policy>(const std::vector<double>&)> make;
};

// A constant that is a member of a struct of constants.
template <class C>
struct ConstantField {
  const char* name;
  double C::* member;
  double low, high;
  bool log = false;
};

// `start` has the first values and everything that is not searched.
template <class C, class MakePolicy>
Tunable tunable_policy(std::string policy, const std::vector<ConstantField<C>>& fields, const C& start,
                       MakePolicy make_policy) {
  Tunable out{std::move(policy), {}, {}};
  for (const auto& f : fields) out.constants.push_back({f.name, f.low, f.high, start.*f.member, f.log});
  out.make = [fields, start, make_policy](const std::vector<double>& values) -> std::unique_ptr<Policy> {
    C c = start;
    for (std::size_t i = 0; i < fields.size(); ++i) c.*fields[i].member = values.at(i);
    return make_policy(c);
  };
  return out;
}

template <class C, class MakeRule>
Tunable tunable_rule(std::string policy, const std::vector<ConstantField<C>>& fields, const C& start,
                     MakeRule make_rule) {
  return tunable_policy<C>(std::move(policy), fields, start,
                           [make_rule](const C& c) { return std::make_unique<RulePolicy>(make_rule(c)); });
}

}  // namespace aerostat::sim
