#include "model/settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace aerostat {

namespace {

Result<void> in_range(std::string_view what, const std::optional<int>& value, int least, int most) {
  if (!value || (*value >= least && *value <= most)) return {};
  return fail(Error::Kind::Invalid, fmt::format("{} {} is outside {} to {}", what, *value, least, most));
}

Result<void> ordered(std::string_view low_name, const std::optional<Bytes>& low, std::string_view high_name,
                     const std::optional<Bytes>& high) {
  if (!low || !high || *low <= *high) return {};
  return fail(Error::Kind::Invalid,
              fmt::format("{} {} is above {} {}; the rule is minimum <= startup <= maximum", low_name,
                          format_bytes(*low), high_name, format_bytes(*high)));
}

}  // namespace

std::string_view mode_name(Mode mode) { return mode == Mode::Static ? "static" : "dynamic"; }

Result<Mode> parse_mode(std::string_view text) {
  if (text == "static") return Mode::Static;
  if (text == "dynamic") return Mode::Dynamic;
  return fail(Error::Kind::Invalid,
              fmt::format("'{}' is not a mode; it is static or dynamic", printable(text)));
}

Result<void> validate(const Settings& s) {
  const auto least = [](std::string_view name, const std::optional<Bytes>& value) -> Result<void> {
    if (!value || *value >= kLeastMinimum) return {};
    return fail(Error::Kind::Invalid, fmt::format("{} {} is below the least a guest can run with, {}", name,
                                                  format_bytes(*value), format_bytes(kLeastMinimum)));
  };
  Result<void> checks[] = {
      least("minimum", s.minimum),
      least("startup", s.startup),
      least("maximum", s.maximum),
      ordered("minimum", s.minimum, "startup", s.startup),
      ordered("startup", s.startup, "maximum", s.maximum),
      ordered("minimum", s.minimum, "maximum", s.maximum),
      in_range("buffer %", s.buffer_percent, kLeastBuffer, kMostBuffer),
      in_range("weight", s.weight, kLeastWeight, kMostWeight),
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

std::optional<Setting> setting_named(std::string_view name) {
  const auto found = std::find(kSettingNames.begin(), kSettingNames.end(), name);
  if (found == kSettingNames.end()) return std::nullopt;
  return static_cast<Setting>(found - kSettingNames.begin());
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
