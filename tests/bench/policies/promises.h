// Promises: figures of the policy in the lab, each with its limit.
#pragma once

#include <string>
#include <vector>

#include "policies/suite.h"

namespace aerostat::bench {

struct Promise {
  std::string what;
  std::string seen;  // with the worst seed or an interval
  std::string limit;
  bool kept = false;
};
std::vector<Promise> promises(const SuiteOptions& options);
// A list, because a row of a table cannot be wrapped.
std::string list_of_promises(const std::vector<Promise>& all);

}  // namespace aerostat::bench
