#include "domain/settings_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "base/text.h"
#include "domain/xml.h"

namespace aerostat {

namespace {

std::string size_text(Bytes size) {
  if (size == Bytes::mib(size.whole_mib())) return fmt::format("{}M", size.whole_mib());
  return fmt::format("{}K", size.count() / 1024);
}

const char* name_of(Setting setting) { return kSettingNames[static_cast<std::size_t>(setting)].data(); }

Result<void> take(std::optional<Bytes>& into, const char* value) {
  Result<Bytes> size = parse_size(value);
  if (!size) return fail(std::move(size.error()));
  into = *size;
  return {};
}

Result<void> take(std::optional<int>& into, const char* value) {
  const std::string_view text = value;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0 || number > kMostWeight) {
    return fail(Error::Kind::Invalid, fmt::format("'{}' is no number in its range", printable(value, 40)));
  }
  into = number;
  return {};
}

}  // namespace

void write_settings(pugi::xml_node into, const Settings& settings) {
  const auto put = [&](Setting setting, const std::string& value) {
    set_attribute(into, name_of(setting), value);
  };
  if (settings.mode) put(Setting::Mode, std::string(mode_name(*settings.mode)));
  if (settings.startup) put(Setting::Startup, size_text(*settings.startup));
  if (settings.minimum) put(Setting::Minimum, size_text(*settings.minimum));
  if (settings.maximum) put(Setting::Maximum, size_text(*settings.maximum));
  if (settings.buffer_percent) put(Setting::Buffer, std::to_string(*settings.buffer_percent));
  if (settings.weight) put(Setting::Weight, std::to_string(*settings.weight));
}

std::optional<Setting> setting_named(std::string_view name) {
  const auto found = std::ranges::find(kSettingNames, name);
  if (found == kSettingNames.end()) return std::nullopt;
  return static_cast<Setting>(found - kSettingNames.begin());
}

Result<void> read_setting(Setting setting, const char* value, Settings& into) {
  switch (setting) {
    case Setting::Mode: {
      Result<Mode> mode = parse_mode(value);
      if (!mode) return fail(std::move(mode.error()));
      into.mode = *mode;
      return {};
    }
    case Setting::Startup: return take(into.startup, value);
    case Setting::Minimum: return take(into.minimum, value);
    case Setting::Maximum: return take(into.maximum, value);
    case Setting::Buffer: return take(into.buffer_percent, value);
    case Setting::Weight: return take(into.weight, value);
  }
  return {};
}

Result<Settings> read_settings(const pugi::xml_node& from) {
  Settings out;
  for (const pugi::xml_attribute& each : from.attributes()) {
    const std::optional<Setting> setting = setting_named(each.name());
    if (!setting) continue;
    if (Result<void> read = read_setting(*setting, each.value(), out); !read)
      return fail(std::move(read.error()).in(fmt::format("{} in its metadata", each.name())));
  }
  return out;
}

}  // namespace aerostat
