#include "lab_cli/history_trace.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "client/answer.h"
#include "client/history_table.h"

namespace aerostat {

namespace {

constexpr double kMib = 1024 * 1024;
constexpr double kMostBytes = 1e15;

}  // namespace

Result<sim::Trace> trace_of_history(const nlohmann::ordered_json& table) {
  const HistoryNumbers numbers = history_numbers(table);
  sim::Trace out;
  out.set_straight(true);
  for (const HistoryNumbers::Column& vm : numbers.columns) {
    for (std::size_t i = 0; i < numbers.times.size(); ++i) {
      const auto& need = vm.values[i];
      if (!need || !(*need >= 0 && *need < kMostBytes)) continue;
      const sim::Row row{static_cast<double>(numbers.times[i] - numbers.times.front()),
                         static_cast<float>(*need / kMib), 0};
      if (Result<void> added = out.add(vm.label, row, 0); !added)
        return fail(std::move(added.error()).in("the history"));
    }
  }
  if (out.rows() > 0) return out;
  return fail(
      Error::Kind::NotFound,
      "the history has no need of any VM in that time; VMs tell it with their service, or their balloon's "
      "statistics: look further back, or see aerostat history --each demand_bytes");
}

Result<sim::Trace> history_trace(const std::string& socket, const std::string& since) {
  // As fine as the daemon gives it: of 2000 steps at most.
  const Result<nlohmann::ordered_json> table =
      ask_daemon(Client(socket), "GET",
                 "/v1/history?each=demand_peak_bytes&points=2000&since=" + percent_encoded(since));
  if (!table) return fail(table.error());
  return trace_of_history(*table);
}

}  // namespace aerostat
