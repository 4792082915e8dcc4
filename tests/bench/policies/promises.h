// Promises: the figures that the policy is to reach in the lab, each measured anew, with its limit beside it.
#pragma once

#include <string>
#include <vector>

#include "policies/suite.h"

namespace aerostat::bench {

struct Promise {
  std::string what;
  std::string seen;  // with seeds' worst or interval
  std::string limit;
  bool kept = false;
};
std::vector<Promise> promises(const SuiteOptions& options);
std::string table_of_promises(const std::vector<Promise>& all);

}  // namespace aerostat::bench
