#include "api/json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/ascii.h"
#include "base/text.h"
#include "model/fields.h"

namespace aerostat {

namespace {

Json value_json(const FieldValue& value) {
  struct Make {
    Json operator()(std::monostate) const { return nullptr; }
    Json operator()(Bytes b) const { return b.count(); }
    Json operator()(std::uint64_t n) const { return n; }
    Json operator()(double d) const { return d; }
    Json operator()(const std::string& s) const { return s; }
  };
  return std::visit(Make{}, value);
}

template <typename T>
Json maybe(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

tl::unexpected<Error> invalid(std::string message, std::string_view field) {
  return fail(Error{Error::Kind::Invalid, std::move(message), std::string(field)});
}

Json bytes_or_null(const std::optional<Bytes>& value) { return value ? Json(value->count()) : Json(nullptr); }
Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Result<Bytes> size_of(const std::string& key, const Json& value) {
  if (value.is_string()) {
    Result<Bytes> size = parse_size(value.get_ref<const std::string&>());
    if (!size) return fail(std::move(size.error()).in(key).about(key));
    return size;
  }
  constexpr std::int64_t kMost = std::int64_t{1} << 50;  // 1 PiB, as in parse_size()
  if (value.is_number_integer() && value >= 0 && value <= kMost) return Bytes::of(value.get<std::int64_t>());
  return invalid(
      fmt::format("{} is not a size; write a text with a unit like \"512M\", or whole bytes from 0 to 1 PiB",
                  key),
      key);
}

namespace {

Result<int> number_of(const std::string& key, const Json& value) {
  constexpr int kMost = 1'000'000;  // far outside every range, and inside int
  if (value.is_number_integer() && value >= -kMost && value <= kMost) return value.get<int>();
  return invalid(fmt::format("{} must be an integer", key), key);
}

template <typename T>
Result<void> put(std::optional<T>& into, Result<T> value) {
  if (!value) return fail(std::move(value.error()));
  into = *value;
  return {};
}

Result<void> take(SettingsChange& change, const std::string& key, const Json& value) {
  const std::optional<Setting> setting = setting_of_id(key);
  if (!setting) {
    return invalid(fmt::format("there is no setting '{}'; the settings are {}", printable(key, 64),
                               fmt::join(kSettingIds, ", ")),
                   printable(key, 64));
  }
  if (value.is_null()) {
    change.back.insert(*setting);
    return {};
  }
  Settings& out = change.to;
  switch (*setting) {
    case Setting::Mode:
      if (!value.is_string()) return invalid("mode is not a text; it is \"static\" or \"dynamic\"", key);
      return put(out.mode, parse_mode(value.get_ref<const std::string&>()));
    case Setting::Startup: return put(out.startup, size_of(key, value));
    case Setting::Minimum: return put(out.minimum, size_of(key, value));
    case Setting::Maximum: return put(out.maximum, size_of(key, value));
    case Setting::Buffer: return put(out.buffer_percent, number_of(key, value));
    case Setting::Weight: return put(out.weight, number_of(key, value));
  }
  return {};
}

constexpr std::array<std::string_view, 6> kStartMembers = {
    "vm", "memory_bytes", "wait_seconds", "lasts_seconds", "weight", "domain"};

// A UUID is the same in both cases; libvirt writes small letters.
std::string small(std::string text) {
  std::ranges::transform(text, text.begin(), lower);
  return text;
}

// Null is as if left out. Not so lasts_seconds: null could mean without end, as it does in an answer.
Result<void> take(StartRequest& start, const std::string& key, const Json& value) {
  const auto seconds = [](std::optional<std::chrono::seconds>& into, Result<int> given) -> Result<void> {
    if (!given) return fail(std::move(given.error()));
    into = std::chrono::seconds(*given);
    return {};
  };
  if (value.is_null() && (key == "domain" || key == "weight" || key == "wait_seconds")) return {};
  if (key == "vm") {
    if (!value.is_string()) return invalid("vm is not a text; it is the VM's name", key);
    start.vm = value.get<std::string>();
    return {};
  }
  if (key == "domain") {
    if (!value.is_string()) return invalid("domain is not a text; it is a libvirt domain's UUID", key);
    start.domain = small(value.get<std::string>());
    return {};
  }
  if (key == "memory_bytes") {
    const Result<Bytes> size = size_of(key, value);
    if (!size) return fail(size.error());
    start.memory = *size;
    return {};
  }
  if (key == "wait_seconds") {
    std::optional<std::chrono::seconds> wait;
    if (Result<void> ok = seconds(wait, number_of(key, value)); !ok) return ok;
    start.wait = *wait;
    return {};
  }
  if (key == "lasts_seconds") return seconds(start.lasts, number_of(key, value));
  if (key == "weight") return put(start.weight, number_of(key, value));
  return invalid(fmt::format("there is no member '{}'; there are {}", printable(key, 64),
                             fmt::join(kStartMembers, ", ")),
                 printable(key, 64));
}

// As its owner wrote them, under the names that a change uses.
Json settings_json(const Settings& s) {
  const auto id = [](Setting setting) { return std::string(setting_id(setting)); };
  return {{id(Setting::Mode), s.mode ? Json(std::string(mode_name(*s.mode))) : Json(nullptr)},
          {id(Setting::Startup), bytes_or_null(s.startup)},
          {id(Setting::Minimum), bytes_or_null(s.minimum)},
          {id(Setting::Maximum), bytes_or_null(s.maximum)},
          {id(Setting::Buffer), maybe(s.buffer_percent)},
          {id(Setting::Weight), maybe(s.weight)}};
}

// What was not said is null.
Json guest_json(const VmReport& report) {
  if (!report.guest && report.guest_row.empty()) return nullptr;
  const GuestSystem guest = report.guest.value_or(GuestSystem{});
  return {{"os", text_or_null(guest.os)},
          {"name", text_or_null(guest.name)},
          {"version", text_or_null(guest.version)},
          {"edition", text_or_null(guest.edition)},
          {"service_pack", guest.service_pack ? Json(*guest.service_pack) : Json(nullptr)},
          {"arch", text_or_null(guest.arch)},
          {"suite", text_or_null(guest.suite)},
          {"release", text_or_null(guest.release)},
          {"row", text_or_null(report.guest_row)},
          {"remedy", text_or_null(report.guest_remedy)}};
}

}  // namespace

Json to_json(const VmReport& report) {
  Json out = Json::object();
  for (const Field<VmReport>& field : vm_fields()) {
    out[std::string(field.id)] = value_json(field.get(report));
    if (field.id == "status") out["status_text"] = std::string(status_name(report.status));
  }
  out["settings"] = settings_json(report.settings);
  out["guest"] = guest_json(report);
  out["warnings"] = report.warnings;
  return out;
}

Json to_json(const HostReport& report) {
  Json out = Json::object();
  for (const Field<HostReport>& field : host_fields())
    out[std::string(field.id)] = value_json(field.get(report));
  return out;
}

Json parts_json(const Parts& parts) {
  Json out = Json::object();
  each_part(parts,
            [&](std::string_view name, Bytes amount) { out[std::string(name) + "_bytes"] = amount.count(); });
  return out;
}

Json to_json(const DecisionRecord& d) {
  return {{"seq", d.seq},
          {"time", format_time(d.at)},
          {"vm", d.vm},
          {"rule", std::string(rule_name(d.decision.rule()))},
          {"from_bytes", d.decision.from().count()},
          {"to_bytes", d.decision.to().count()},
          {"desired_bytes", d.decision.desired().count()},
          {"why", reason(d.decision)},
          {"assigned_bytes", bytes_or_null(d.assigned)},
          {"demand_bytes", bytes_or_null(d.demand)},
          {"wanted_bytes", bytes_or_null(d.wanted)},
          {"wanted_parts", d.wanted ? parts_json(d.decision.ruling.wish.numbers.wanted) : Json(nullptr)},
          {"host_free_bytes", bytes_or_null(d.host_free)},
          {"repeated", d.repeated},
          {"result", d.result}};
}

Json to_json(const EventRecord& e) {
  return {{"seq", e.seq}, {"time", format_time(e.at)}, {"code", std::string(event_code(e.code))},
          {"vm", e.vm},   {"text", event_text(e)},     {"by", text_or_null(e.by)}};
}

Json to_json(const Reaction& r) {
  return {{"vm", r.vm},
          {"time", format_time(r.at)},
          {"detect_ms", maybe(r.detect_ms)},
          {"decide_ms", maybe(r.decide_ms)},
          {"actuate_ms", maybe(r.actuate_ms)},
          {"online_ms", maybe(r.online_ms)},
          {"total_ms", maybe(r.total_ms)}};
}

Json to_json(const StartReport& start) {
  const StartRequest& request = start.request;
  return {{"vm", request.vm},
          {"state", std::string(start_state_name(start.state))},
          {"memory_bytes", request.memory.count()},
          {"missing_bytes", start.missing.count()},
          {"weight", start.weight},
          {"asked_at", format_time(start.asked_at)},
          {"until", start.until ? Json(format_time(*start.until)) : Json(nullptr)},
          {"wait_seconds", request.wait.count()},
          {"lasts_seconds", request.lasts ? Json(request.lasts->count()) : Json(nullptr)},
          {"domain", text_or_null(request.domain)},
          {"asked_by", request.asked_by},
          {"why", start.why}};
}

std::string_view error_code(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::Invalid: return "invalid";
    case Error::Kind::NotFound: return "not-found";
    case Error::Kind::Denied: return "denied";
    case Error::Kind::Unavailable: return "unavailable";
    case Error::Kind::Timeout: return "timeout";
    case Error::Kind::Refused: return "refused";
    case Error::Kind::Internal: return "internal";
  }
  return "internal";
}

Json problem_json(const Error& error, int status) {
  const std::string code(error_code(error.kind));
  return {{"type", "urn:aerostat:problem:" + code},
          {"title", code},
          {"status", status},
          {"detail", error.message},
          {"code", code},
          {"field", text_or_null(error.field)}};
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Result<SettingsChange> parse_change(std::string_view text) {
  const Json body = Json::parse(text, nullptr, false);
  if (body.is_discarded())
    return invalid("the body is not JSON; send an object like {\"minimum_bytes\":\"512M\"}");
  if (!body.is_object())
    return invalid("the body is not a JSON object; send one like {\"minimum_bytes\":\"512M\"}");
  if (body.empty()) return invalid("the body names no setting, so there is nothing to change");
  SettingsChange out;
  for (const auto& [key, value] : body.items()) {
    if (Result<void> taken = take(out, key, value); !taken) return fail(std::move(taken.error()));
  }
  return out;
}

Result<Bytes> parse_memory(std::string_view text) {
  const Json body = Json::parse(text, nullptr, false);
  if (body.is_discarded() || !body.is_object() || body.size() != 1 || !body.contains("memory_bytes"))
    return invalid("the body must be a JSON object with one member, like {\"memory_bytes\":\"2G\"}",
                   "memory_bytes");
  return size_of("memory_bytes", body["memory_bytes"]);
}

Result<StartRequest> parse_start(std::string_view text) {
  constexpr std::string_view kExample = R"({"vm":"web","memory_bytes":"2G"})";
  const Json body = Json::parse(text, nullptr, false);
  if (body.is_discarded() || !body.is_object())
    return invalid(fmt::format("the body is not a JSON object; send one like {}", kExample));
  StartRequest out;
  out.wait = kUsualWait;
  out.lasts = kUsualLasts;
  for (const auto& [key, value] : body.items()) {
    if (Result<void> taken = take(out, key, value); !taken) return fail(std::move(taken.error()));
  }
  for (const char* const needed : {"vm", "memory_bytes"}) {
    if (!body.contains(needed))
      return invalid(fmt::format("{} is missing; send an object like {}", needed, kExample), needed);
  }
  if (Result<void> ok = validate(out); !ok) return fail(std::move(ok.error()));
  return out;
}

}  // namespace aerostat
