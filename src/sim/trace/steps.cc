#include "sim/trace/steps.h"

namespace aerostat::sim {

namespace {

constexpr double kMib = 1024 * 1024;
constexpr double kMostBytes = 1e15;

}  // namespace

Result<void> add_steps(Trace& trace, std::string_view vm, const std::vector<std::int64_t>& times,
                       const std::vector<std::optional<double>>& bytes, std::int64_t from) {
  trace.set_straight(true);
  for (std::size_t i = 0; i < times.size() && i < bytes.size(); ++i) {
    const auto& need = bytes[i];
    if (!need || !(*need >= 0 && *need < kMostBytes)) continue;
    const Row row{static_cast<double>(times[i] - from), static_cast<float>(*need / kMib), 0};
    if (Result<void> added = trace.add(vm, row, 0); !added)
      return fail(std::move(added.error()).in("the history"));
  }
  return {};
}

Error no_need_known() {
  return {
      Error::Kind::NotFound,
      "the history has no need of any VM in that time; VMs tell it with their service, or their balloon's "
      "statistics: look further back, or see aerostat history --each demand_bytes"};
}

}  // namespace aerostat::sim
