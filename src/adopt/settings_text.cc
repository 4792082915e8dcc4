#include "adopt/settings_text.h"

#include <fmt/format.h>

#include <string>

#include "adopt/xml.h"
#include "base/text.h"

namespace aerostat {

namespace {

std::string size_text(Bytes size) {
  if (size == Bytes::mib(size.whole_mib())) return fmt::format("{}M", size.whole_mib());
  return fmt::format("{}K", size.count() / 1024);
}

const char* name_of(Setting setting) { return kSettingNames[static_cast<std::size_t>(setting)].data(); }

Result<void> read_size(const pugi::xml_node& from, Setting setting, std::optional<Bytes>& into) {
  const pugi::xml_attribute attribute = from.attribute(name_of(setting));
  if (!attribute) return {};
  Result<Bytes> size = parse_size(attribute.value());
  if (!size) return fail(std::move(size.error()).in(fmt::format("{} in its metadata", name_of(setting))));
  into = *size;
  return {};
}

Result<void> read_number(const pugi::xml_node& from, Setting setting, std::optional<int>& into) {
  const pugi::xml_attribute attribute = from.attribute(name_of(setting));
  if (!attribute) return {};
  const auto number = number_in(attribute.value());
  if (!number || *number < 0 || *number > kMostWeight) {
    return fail(Error::Kind::Invalid, fmt::format("{} in its metadata: '{}' is no number in its range",
                                                  name_of(setting), printable(attribute.value(), 40)));
  }
  into = static_cast<int>(*number);
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

Result<Settings> read_settings(const pugi::xml_node& from) {
  Settings out;
  if (const pugi::xml_attribute mode = from.attribute(name_of(Setting::Mode))) {
    Result<Mode> parsed = parse_mode(mode.value());
    if (!parsed) return fail(std::move(parsed.error()).in("mode in its metadata"));
    out.mode = *parsed;
  }
  Result<void> reads[] = {
      read_size(from, Setting::Startup, out.startup), read_size(from, Setting::Minimum, out.minimum),
      read_size(from, Setting::Maximum, out.maximum), read_number(from, Setting::Buffer, out.buffer_percent),
      read_number(from, Setting::Weight, out.weight)};
  for (Result<void>& read : reads) {
    if (!read) return fail(std::move(read.error()));
  }
  return out;
}

}  // namespace aerostat
