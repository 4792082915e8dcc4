// Settings: the six values an owner may set for a VM, with the rules they must keep.
// Limits: the same six, resolved against what the VM's devices allow; what the rest of Aerostat works with.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace aerostat {

enum class Mode { Static, Dynamic };
std::string_view mode_name(Mode mode);
Result<Mode> parse_mode(std::string_view text);

// What the owner wrote. A missing value means "the default", never zero.
struct Settings {
  std::optional<Mode> mode;
  std::optional<Bytes> startup;
  std::optional<Bytes> minimum;
  std::optional<Bytes> maximum;
  std::optional<int> buffer_percent;
  std::optional<int> weight;

  friend bool operator==(const Settings&, const Settings&) = default;
};

inline constexpr int kLeastBuffer = 5, kMostBuffer = 2000;
inline constexpr int kLeastWeight = 0, kMostWeight = 10000, kDefaultWeight = 5000;
// Below this no supported guest runs; Hyper-V's lower bound too.
inline constexpr Bytes kLeastMinimum = Bytes::mib(32);

// Checks the rules that need no VM: ranges, and minimum <= startup <= maximum as far as given.
// The error names the rule and the values that break it, and the setting that must change.
Result<void> validate(const Settings& settings);

// `over` wins wherever it has a value.
Settings merged(const Settings& base, const Settings& over);

enum class Setting { Mode, Startup, Minimum, Maximum, Buffer, Weight };
// As people name them, in the same order.
inline constexpr std::array<std::string_view, 6> kSettingNames = {"mode",    "startup", "minimum",
                                                                  "maximum", "buffer",  "weight"};
// As the API writes and reads them, in the same order. Errors name them so.
inline constexpr std::array<std::string_view, 6> kSettingIds = {
    "mode", "startup_bytes", "minimum_bytes", "maximum_bytes", "buffer_percent", "weight"};
constexpr std::string_view setting_id(Setting setting) {
  return kSettingIds[static_cast<std::size_t>(setting)];
}
// Nothing: there is no such setting.
std::optional<Setting> setting_of_id(std::string_view id);

// What an owner changes: settings with a value in `to` become that; those in `back` become as if nobody had
// set them.
struct SettingsChange {
  Settings to;
  std::set<Setting> back = {};

  friend bool operator==(const SettingsChange&, const SettingsChange&) = default;
};
Settings changed(Settings own, const SettingsChange& change);

struct Limits {
  Mode mode = Mode::Static;
  Bytes startup;
  Bytes minimum;
  Bytes maximum;
  std::optional<int> buffer_percent;  // missing: learned from what the VM does
  int weight = kDefaultWeight;

  friend bool operator==(const Limits&, const Limits&) = default;
};

// Fills in defaults for a VM that boots with `base` and whose devices allow `device_maximum`:
// startup = base, minimum = startup, maximum = what the devices allow. A maximum above that is cut to it;
// a minimum above it too. Always returns minimum <= startup <= maximum.
Limits resolve(const Settings& settings, Bytes base, Bytes device_maximum);

// The limits of a VM of which nothing but its settings is known. A size that nobody wrote is 0, which no
// limit ever is: not known.
Limits as_written(const Settings& settings);

}  // namespace aerostat
