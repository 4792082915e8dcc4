#include "base/bytes.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace aerostat {

namespace {

constexpr std::int64_t kPiB = std::int64_t{1} << 50;

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::array kUnits = {
    Unit{"KIB", 1LL << 10}, Unit{"MIB", 1LL << 20}, Unit{"GIB", 1LL << 30}, Unit{"TIB", 1LL << 40},
    Unit{"KB", 1LL << 10},  Unit{"MB", 1LL << 20},  Unit{"GB", 1LL << 30},  Unit{"TB", 1LL << 40},
    Unit{"K", 1LL << 10},   Unit{"M", 1LL << 20},   Unit{"G", 1LL << 30},   Unit{"T", 1LL << 40},
};

std::string upper(std::string_view text) {
  std::string out;
  for (const char c : text) out += (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

Error bad_size(std::string_view text, std::string_view why) {
  return {Error::Kind::Invalid,
          fmt::format("'{}' is not a memory size: {}; write it like 512M, 2G or 1.5GiB", text, why)};
}

}  // namespace

std::string format_bytes(Bytes amount) {
  const double n = static_cast<double>(amount.count());
  const double size = std::fabs(n);
  if (size >= 1024.0 * 1024 * 1024) return fmt::format("{:.2f} GiB", n / (1024.0 * 1024 * 1024));
  if (size >= 1024.0 * 1024) return fmt::format("{:.0f} MiB", n / (1024.0 * 1024));
  if (size >= 1024.0) return fmt::format("{:.0f} KiB", n / 1024.0);
  return fmt::format("{} B", amount.count());
}

Result<Bytes> parse_size(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc{}) return fail(bad_size(text, "it does not start with a number"));
  if (!std::isfinite(number)) return fail(bad_size(text, "it is not a number"));
  if (number < 0) return fail(bad_size(text, "it is negative"));
  std::string_view tail(rest, static_cast<std::size_t>(end - rest));
  if (tail.starts_with(',')) return fail(bad_size(text, "use a decimal point and no thousands separators"));
  while (!tail.empty() && tail.front() == ' ') tail.remove_prefix(1);
  const std::string unit = upper(tail);
  for (const Unit& known : kUnits) {
    if (unit != known.name) continue;
    const double bytes = number * static_cast<double>(known.factor);
    if (bytes > static_cast<double>(kPiB)) return fail(bad_size(text, "it is more than 1 PiB"));
    return Bytes::nearest(bytes);
  }
  if (unit.empty()) return fail(bad_size(text, "the unit is missing"));
  return fail(bad_size(text, "its unit is not K, M, G or T"));
}

}  // namespace aerostat
