// Policies by name. research/policies.h has the list.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/rules/policy.h"
#include "sim/rules/rule.h"

namespace aerostat::sim {

class Trace;
struct Outcome;
struct ReplayOptions;

// Exactly one of `make` and `compute` is set.
struct PolicyEntry {
  std::string name;
  std::string about;                                        // one line
  std::function<std::unique_ptr<Policy>()> make = nullptr;  // a policy that runs in the lab
  std::function<Outcome(const Trace&, const ReplayOptions&)> compute = nullptr;  // computed instead of run
};

class Registry {
 public:
  void add(PolicyEntry entry) { entries_.push_back(std::move(entry)); }
  void add_rule(std::string name, std::string about, std::function<std::unique_ptr<Rule>()> make);
  // The error lists all names.
  Result<const PolicyEntry*> find(std::string_view name) const;
  const std::vector<PolicyEntry>& all() const { return entries_; }

 private:
  std::vector<PolicyEntry> entries_;
};

}  // namespace aerostat::sim
