#include "top/live.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "client/answer.h"
#include "client/members.h"
#include "console/table.h"

namespace aerostat::top {

namespace {

Vm vm_of(const Json& json) {
  Vm out;
  out.name = text_at(json, "name");
  out.status = text_at(json, "status");
  out.status_text = text_at(json, "status_text");
  out.note = text_at(json, "note");
  out.mode = text_at(json, "mode");
  out.integration = text_at(json, "integration");
  out.os = text_at(json, "os");
  out.devices = text_at(json, "devices");
  out.assigned = bytes_at(json, "assigned_bytes");
  out.visible = bytes_at(json, "visible_bytes");
  out.demand = bytes_at(json, "demand_bytes");
  out.wanted = bytes_at(json, "wanted_bytes");
  out.resident = bytes_at(json, "resident_bytes");
  out.available = bytes_at(json, "available_bytes");
  out.swap_used = bytes_at(json, "swap_used_bytes");
  out.startup = bytes_at(json, "startup_bytes");
  out.minimum = bytes_at(json, "minimum_bytes");
  out.maximum = bytes_at(json, "maximum_bytes");
  out.pressure = number_at(json, "pressure_percent");
  out.age_s = number_at(json, "sample_age_s");
  out.weight = whole_at(json, "weight");
  out.buffer = whole_at(json, "buffer_percent");
  out.oom_kills = whole_at(json, "oom_kills");
  return out;
}

constexpr auto kMost = static_cast<std::int64_t>(kMostPoints);

// Calls with the VM's name, the second and the value, for each second that a row of the table stands for.
template <typename Put>
void for_each_second(const Json& table, const Put& put) {
  const Json& columns = member(table, "columns");
  const Json& rows = member(table, "rows");
  if (!columns.is_array() || !rows.is_array()) return;
  const std::int64_t step = std::clamp<std::int64_t>(whole_at(table, "step_s").value_or(1), 1, kMost);
  for (const Json& row : rows) {
    if (!row.is_array() || row.empty() || !row[0].is_number_integer()) continue;
    const auto time = row[0].get<std::int64_t>();
    if (time < 0 || time > std::numeric_limits<std::int64_t>::max() - kMost) continue;
    for (std::size_t i = 1; i < row.size() && i < columns.size(); ++i) {
      if (!row[i].is_number() || !columns[i].is_string()) continue;
      for (std::int64_t second = time; second < time + step; ++second)
        put(clean(columns[i].get_ref<const std::string&>()), second, row[i].get<double>());
    }
  }
}

std::optional<Bytes> size_of(double value) {
  constexpr double kLargest = 0x1p62;
  return value >= 0 && value < kLargest ? std::optional(Bytes::nearest(value)) : std::nullopt;
}

}  // namespace

void Live::recall(const Json& assigned, const Json& demand, const Json& pressure) {
  std::int64_t last = 0;
  for (const Json* table : {&assigned, &demand, &pressure})
    for_each_second(*table, [&](const auto&, std::int64_t second, double) { last = std::max(last, second); });
  std::map<std::string, std::map<std::int64_t, Point>> past;
  const auto at = [&](const std::string& vm, std::int64_t second) -> Point* {
    return last - second < kMost ? &past[vm][second] : nullptr;
  };
  for_each_second(assigned, [&](const auto& vm, std::int64_t second, double value) {
    if (Point* point = at(vm, second)) point->assigned = size_of(value);
  });
  for_each_second(demand, [&](const auto& vm, std::int64_t second, double value) {
    if (Point* point = at(vm, second)) point->demand = size_of(value);
  });
  for_each_second(pressure, [&](const auto& vm, std::int64_t second, double value) {
    if (Point* point = at(vm, second)) point->pressure = value;
  });
  for (const auto& [vm, points] : past) {
    std::deque<Point>& out = history_[vm];
    // A second that nobody kept is one without numbers.
    for (std::int64_t second = points.begin()->first; second <= last; ++second) {
      const auto kept = points.find(second);
      out.push_back(kept == points.end() ? Point{} : kept->second);
    }
  }
}

void Live::take(const Json& host, const Json& vms) {
  heard_ = true;
  why_lost_.clear();
  host_ = {};
  host_.version = text_at(host, "version");
  host_.note = text_at(host, "note");
  host_.paused = text_at(host, "manager") == "paused";
  host_.capacity = bytes_at(host, "capacity_bytes");
  host_.reserve = bytes_at(host, "reserve_bytes");
  host_.reserved = bytes_at(host, "reserved_bytes");
  host_.committed = bytes_at(host, "committed_bytes");
  host_.free = bytes_at(host, "free_bytes");
  host_.over_committed = bytes_at(host, "over_committed_bytes");
  vms_.clear();
  std::map<std::string, std::deque<Point>> kept;
  for (const Json& json : items_of(vms)) {
    Vm vm = vm_of(json);
    if (vm.name.empty()) continue;
    std::deque<Point>& points = kept[vm.name] = std::move(history_[vm.name]);
    points.push_back({vm.assigned, vm.demand, vm.pressure});
    if (points.size() > kMostPoints) points.pop_front();
    vms_.push_back(std::move(vm));
  }
  history_ = std::move(kept);  // of VMs that have gone, nothing stays
}

void Live::lose(const std::string& why) { why_lost_ = clean(why); }

const Vm* Live::find(const std::string& name) const {
  for (const Vm& vm : vms_) {
    if (vm.name == name) return &vm;
  }
  return nullptr;
}

const std::deque<Point>& Live::history(const std::string& name) const {
  static const std::deque<Point> kNone;
  const auto found = history_.find(name);
  return found == history_.end() ? kNone : found->second;
}

}  // namespace aerostat::top
