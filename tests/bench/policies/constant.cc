#include "policies/constant.h"

namespace aerostat::bench {

sim::Outcome constant_need(const sim::PolicyEntry& policy, double mib, double error, std::uint64_t seed) {
  std::vector<sim::Row> rows;
  for (int i = 0; i <= 3660; ++i) rows.push_back({static_cast<double>(i), static_cast<float>(mib), 0});
  sim::ReplayOptions o;
  o.seed = seed;
  o.sensor_error = error;
  o.host_memory = Bytes::mib(64 * 1024);
  return sim::replay(*sim::Trace::of("constant", rows), policy, o);
}

}  // namespace aerostat::bench
