#include "top/live.h"

#include <nlohmann/json.hpp>

#include "client/answer.h"
#include "console/table.h"

namespace aerostat::top {

namespace {

const Json& member(const Json& object, const char* key) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

std::string text(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_string() ? clean(value.get_ref<const std::string&>()) : "";
}

std::optional<std::int64_t> whole(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_number_integer()) return std::nullopt;
  return value.get<std::int64_t>();
}

std::optional<Bytes> size(const Json& object, const char* key) {
  const auto bytes = whole(object, key);
  return bytes ? std::optional(Bytes::of(*bytes)) : std::nullopt;
}

std::optional<double> number(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

Vm vm_of(const Json& json) {
  Vm out;
  out.name = text(json, "name");
  out.status = text(json, "status");
  out.status_text = text(json, "status_text");
  out.note = text(json, "note");
  out.mode = text(json, "mode");
  out.integration = text(json, "integration");
  out.os = text(json, "os");
  out.devices = text(json, "devices");
  out.assigned = size(json, "assigned_bytes");
  out.visible = size(json, "visible_bytes");
  out.demand = size(json, "demand_bytes");
  out.wanted = size(json, "wanted_bytes");
  out.resident = size(json, "resident_bytes");
  out.available = size(json, "available_bytes");
  out.swap_used = size(json, "swap_used_bytes");
  out.startup = size(json, "startup_bytes");
  out.minimum = size(json, "minimum_bytes");
  out.maximum = size(json, "maximum_bytes");
  out.pressure = number(json, "pressure_percent");
  out.age_s = number(json, "sample_age_s");
  out.weight = whole(json, "weight");
  out.buffer = whole(json, "buffer_percent");
  out.oom_kills = whole(json, "oom_kills");
  return out;
}

}  // namespace

void Live::take(const Json& host, const Json& vms) {
  heard_ = true;
  why_lost_.clear();
  host_ = {};
  host_.version = text(host, "version");
  host_.note = text(host, "note");
  host_.paused = text(host, "manager") == "paused";
  host_.capacity = size(host, "capacity_bytes");
  host_.reserve = size(host, "reserve_bytes");
  host_.reserved = size(host, "reserved_bytes");
  host_.committed = size(host, "committed_bytes");
  host_.free = size(host, "free_bytes");
  host_.over_committed = size(host, "over_committed_bytes");
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
