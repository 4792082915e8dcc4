#include "lab_cli/history_trace.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "client/answer.h"
#include "client/history_table.h"
#include "sim/trace/steps.h"

namespace aerostat {

Result<sim::Trace> trace_of_history(const nlohmann::ordered_json& table) {
  const HistoryNumbers numbers = history_numbers(table);
  sim::Trace out;
  for (const HistoryNumbers::Column& vm : numbers.columns) {
    if (numbers.times.empty()) break;
    if (Result<void> added = sim::add_steps(out, vm.label, numbers.times, vm.values, numbers.times.front());
        !added)
      return fail(std::move(added.error()));
  }
  if (out.rows() > 0) return out;
  return fail(sim::no_need_known());
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
