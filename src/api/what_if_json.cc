#include "api/what_if_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "api/when.h"
#include "base/text.h"

namespace aerostat {

namespace {

constexpr std::string_view kUsualSince = "24h", kUsualUntil = "0s";
constexpr std::size_t kMostEntries = 1000;
constexpr std::string_view kExample = R"({"since":"24h","add":[{"like":"web","count":2}]})";

Result<std::int64_t> time_of(const std::string& key, const Json& value, std::int64_t now) {
  if (!value.is_string())
    return invalid(key + R"( is not a text; write a span before now as "24h", or "2026-05-04T10:11:12Z")",
                   key);
  Result<std::int64_t> out = parse_when(value.get_ref<const std::string&>(), now);
  if (!out) return fail(std::move(out.error()).in(key).about(key));
  return out;
}

Result<std::string> text_of(const std::string& at, const Json& value) {
  if (!value.is_string()) return invalid(at + " is not a text; it is a VM's name", at);
  return value.get<std::string>();
}

// The settings are those of PATCH /v1/vms/NAME.
Result<SettingsChange> change_of(const std::string& at, const Json& settings) {
  if (settings.empty()) return SettingsChange{};
  Result<SettingsChange> out = parse_change(dump(settings));
  if (out) return out;
  Error error = std::move(out.error());
  error.field = error.field.empty() ? at : at + "." + error.field;
  return fail(std::move(error));
}

Result<WhatIfChange> changed_of(const std::string& at, const Json& value) {
  WhatIfChange out;
  Json settings = Json::object();
  for (const auto& [key, one] : value.items()) {
    if (key != "name") {
      settings[key] = one;
      continue;
    }
    Result<std::string> name = text_of(at + ".name", one);
    if (!name) return fail(std::move(name.error()));
    out.vm = *std::move(name);
  }
  if (out.vm.empty())
    return invalid(at + ".name is missing; it is the VM whose settings would be others", at + ".name");
  Result<SettingsChange> change = change_of(at, settings);
  if (!change) return fail(std::move(change.error()));
  out.change = *std::move(change);
  return out;
}

Result<WhatIfNew> new_of(const std::string& at, const Json& value) {
  WhatIfNew out;
  Json settings = Json::object();
  for (const auto& [key, one] : value.items()) {
    if (key == "count") {
      constexpr int kMost = 1'000'000;  // far outside the range
      if (!one.is_number_integer() || one < -kMost || one > kMost)
        return invalid(at + ".count must be an integer", at + ".count");
      out.count = one.get<std::int64_t>();
    } else if (key == "name" || key == "like") {
      Result<std::string> name = text_of(at + "." + key, one);
      if (!name) return fail(std::move(name.error()));
      (key == "name" ? out.name : out.like) = *std::move(name);
    } else {
      settings[key] = one;
    }
  }
  if (out.like.empty())
    return invalid(at + ".like is missing; it is the VM whose need the new one would have", at + ".like");
  Result<SettingsChange> change = change_of(at, settings);
  if (!change) return fail(std::move(change.error()));
  out.change = *std::move(change);
  return out;
}

template <typename T, typename Parse>
Result<void> entries(const std::string& key, const Json& value, std::vector<T>& out, const Parse& parse) {
  if (!value.is_array() || value.size() > kMostEntries)
    return invalid(fmt::format("{} is not a list of at most {} objects", key, kMostEntries), key);
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string at = fmt::format("{}[{}]", key, i);
    if (!value[i].is_object()) return invalid(at + " is not an object", at);
    Result<T> one = parse(at, value[i]);
    if (!one) return fail(std::move(one.error()));
    out.push_back(*std::move(one));
  }
  return {};
}

Result<void> take(WhatIfRequest& out, const std::string& key, const Json& value, std::int64_t now) {
  if (key == "since" || key == "until") {
    const Result<std::int64_t> time = time_of(key, value, now);
    if (!time) return fail(time.error());
    (key == "since" ? out.since : out.until) = *time;
    return {};
  }
  if (key == "capacity_bytes") {
    if (value.is_null()) return {};
    const Result<Bytes> size = size_of(key, value);
    if (!size) return fail(size.error());
    out.capacity = *size;
    return {};
  }
  if (key == "vms") return entries(key, value, out.vms, changed_of);
  if (key == "add") return entries(key, value, out.add, new_of);
  return invalid(fmt::format("there is no member '{}'; there are since, until, capacity_bytes, vms, add",
                             printable(key, 64)),
                 printable(key, 64));
}

double rounded(double seconds) {
  return static_cast<double>(static_cast<std::int64_t>(seconds * 10 + 0.5)) / 10;
}

Json to_json(const std::optional<WhatIfNumbers>& n) {
  if (!n) return nullptr;
  return {{"judged_s", rounded(n->seconds)},
          {"short_s", rounded(n->short_s)},
          {"longest_short_s", rounded(n->longest_s)},
          {"paged_bytes", n->paged.count()},
          {"least_available_bytes", bytes_or_null(n->least_available)},
          {"mean_assigned_bytes", n->mean_assigned.count()},
          {"peak_assigned_bytes", n->peak_assigned.count()},
          {"refusals", n->refusals}};
}

Json to_json(const WhatIfHost& h) {
  return {{"capacity_bytes", h.capacity.count()},
          {"peak_committed_bytes", h.peak_committed.count()},
          {"mean_committed_bytes", h.mean_committed.count()},
          {"least_free_bytes", h.least_free.count()},
          {"short_s", rounded(h.short_s)},
          {"paged_bytes", h.paged.count()},
          {"refusals", h.refusals}};
}

Json to_json(const WhatIfReport& report) {
  Json vms = Json::array(), rows = Json::array();
  for (const WhatIfVm& vm : report.vms) {
    vms.push_back({{"name", vm.name},
                   {"like", text_or_null(vm.like)},
                   {"need_known", vm.need_known},
                   {"before", to_json(vm.before)},
                   {"after", to_json(vm.after)}});
  }
  const auto whole = [](const std::optional<double>& v) {
    return v ? Json(static_cast<std::int64_t>(*v)) : Json(nullptr);
  };
  for (const WhatIfReport::Point& p : report.points) {
    rows.push_back(Json::array({p.time, whole(p.committed_before), whole(p.committed_after),
                                whole(p.need_before), whole(p.need_after)}));
  }
  return {
      {"since", when_text(report.since)},
      {"until", when_text(report.until)},
      {"step_s", report.step},
      {"verdict", report.verdict},
      {"notes", report.notes},
      {"before", to_json(report.before)},
      {"after", to_json(report.after)},
      {"vms", std::move(vms)},
      {"columns",
       {"time", "committed_before_bytes", "committed_after_bytes", "need_before_bytes", "need_after_bytes"}},
      {"rows", std::move(rows)}};
}

std::string_view stage_name(WhatIfState::Stage stage) {
  switch (stage) {
    case WhatIfState::Stage::Running: return "running";
    case WhatIfState::Stage::Done: return "done";
    case WhatIfState::Stage::Failed: return "failed";
  }
  return "failed";
}

}  // namespace

Result<WhatIfRequest> parse_what_if(std::string_view text, std::int64_t now) {
  const Json body = Json::parse(text, nullptr, false);
  if (body.is_discarded() || !body.is_object())
    return invalid(fmt::format("the body is not a JSON object; send one like {}", kExample));
  WhatIfRequest out;
  out.since = parse_when(kUsualSince, now).value_or(0);
  out.until = parse_when(kUsualUntil, now).value_or(now);
  for (const auto& [key, value] : body.items()) {
    if (Result<void> ok = take(out, key, value, now); !ok) return fail(std::move(ok.error()));
  }
  return out;
}

Json to_json(const WhatIfState& state) {
  return {{"id", state.id},
          {"state", stage_name(state.stage)},
          {"progress_percent", static_cast<int>(state.progress * 100)},
          {"error", state.error ? Json(state.error->message) : Json(nullptr)},
          {"report", state.report ? to_json(*state.report) : Json(nullptr)}};
}

}  // namespace aerostat
