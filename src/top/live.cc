#include "top/live.h"

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

}  // namespace

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
