#include "model/settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace aerostat {

namespace {

tl::unexpected<Error> invalid(Setting setting, std::string message) {
  return fail(Error{Error::Kind::Invalid, std::move(message), std::string(setting_id(setting))});
}

Result<void> in_range(Setting setting, std::string_view what, const std::optional<int>& value, int least,
                      int most) {
  if (!value || (*value >= least && *value <= most)) return {};
  return invalid(setting, fmt::format("{} {} is outside {} to {}", what, *value, least, most));
}

std::string_view name_of(Setting setting) { return kSettingNames[static_cast<std::size_t>(setting)]; }

Result<void> ordered(Setting low_setting, const std::optional<Bytes>& low, Setting high_setting,
                     const std::optional<Bytes>& high) {
  if (!low || !high || *low <= *high) return {};
  return invalid(low_setting, fmt::format("{} {} is above {} {}; the rule is minimum <= startup <= maximum",
                                          name_of(low_setting), format_bytes(*low), name_of(high_setting),
                                          format_bytes(*high)));
}

}  // namespace

std::string_view mode_name(Mode mode) { return mode == Mode::Static ? "static" : "dynamic"; }

Result<Mode> parse_mode(std::string_view text) {
  if (text == "static") return Mode::Static;
  if (text == "dynamic") return Mode::Dynamic;
  return invalid(Setting::Mode, fmt::format("'{}' is not a mode; it is static or dynamic", printable(text)));
}

Result<void> validate(const Settings& s) {
  const auto least = [](Setting setting, const std::optional<Bytes>& value) -> Result<void> {
    if (!value || *value >= kLeastMinimum) return {};
    return invalid(setting, fmt::format("{} {} is below the least a guest can run with, {}", name_of(setting),
                                        format_bytes(*value), format_bytes(kLeastMinimum)));
  };
  Result<void> checks[] = {
      least(Setting::Minimum, s.minimum),
      least(Setting::Startup, s.startup),
      least(Setting::Maximum, s.maximum),
      ordered(Setting::Minimum, s.minimum, Setting::Startup, s.startup),
      ordered(Setting::Startup, s.startup, Setting::Maximum, s.maximum),
      ordered(Setting::Minimum, s.minimum, Setting::Maximum, s.maximum),
      in_range(Setting::Buffer, "buffer %", s.buffer_percent, kLeastBuffer, kMostBuffer),
      in_range(Setting::Weight, "weight", s.weight, kLeastWeight, kMostWeight),
  };
  for (Result<void>& check : checks) {
    if (!check) return fail(std::move(check.error()));
  }
  return {};
}

Settings merged(const Settings& base, const Settings& over) {
  Settings out = base;
  if (over.mode) out.mode = over.mode;
  if (over.startup) out.startup = over.startup;
  if (over.minimum) out.minimum = over.minimum;
  if (over.maximum) out.maximum = over.maximum;
  if (over.buffer_percent) out.buffer_percent = over.buffer_percent;
  if (over.weight) out.weight = over.weight;
  return out;
}

std::optional<Setting> setting_of_id(std::string_view id) {
  const auto found = std::find(kSettingIds.begin(), kSettingIds.end(), id);
  if (found == kSettingIds.end()) return std::nullopt;
  return static_cast<Setting>(found - kSettingIds.begin());
}

Settings changed(Settings own, const SettingsChange& change) {
  for (const Setting back : change.back) {
    switch (back) {
      case Setting::Mode: own.mode.reset(); break;
      case Setting::Startup: own.startup.reset(); break;
      case Setting::Minimum: own.minimum.reset(); break;
      case Setting::Maximum: own.maximum.reset(); break;
      case Setting::Buffer: own.buffer_percent.reset(); break;
      case Setting::Weight: own.weight.reset(); break;
    }
  }
  return merged(own, change.to);
}

Limits resolve(const Settings& s, Bytes base, Bytes device_maximum) {
  const Bytes most = std::max(base, device_maximum);
  Limits out;
  out.mode = s.mode.value_or(Mode::Static);
  out.maximum = std::min(s.maximum.value_or(most), most);
  out.startup = std::min(s.startup.value_or(base), out.maximum);
  out.minimum = std::min(s.minimum.value_or(out.startup), out.startup);
  out.buffer_percent = s.buffer_percent;
  out.weight = s.weight.value_or(kDefaultWeight);
  return out;
}

Limits as_written(const Settings& s) {
  Limits out;
  out.mode = s.mode.value_or(Mode::Static);
  out.startup = s.startup.value_or(Bytes{});
  out.minimum = s.minimum.value_or(Bytes{});
  out.maximum = s.maximum.value_or(Bytes{});
  out.buffer_percent = s.buffer_percent;
  out.weight = s.weight.value_or(kDefaultWeight);
  return out;
}

}  // namespace aerostat
