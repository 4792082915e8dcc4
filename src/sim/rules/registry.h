// Policies by name. `plain` and the peers also come as NAME-equal: the same rule with our loop, sensors and
// estimate, and its constants tuned by the same search.
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

struct PolicyEntry {
  std::string name;
  std::string about;                              // one line
  std::function<std::unique_ptr<Policy>()> make;  // null: the oracle, which is computed and does not run
};

class Registry {
 public:
  void add(PolicyEntry entry) { entries_.push_back(std::move(entry)); }
  void add_rule(std::string name, std::string about, std::function<std::unique_ptr<Rule>()> make);
  // The error names all there are.
  Result<const PolicyEntry*> find(std::string_view name) const;
  const std::vector<PolicyEntry>& all() const { return entries_; }

 private:
  std::vector<PolicyEntry> entries_;
};

// All policies of this house.
Registry builtin_policies();

}  // namespace aerostat::sim
