#include "api/when.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <ctime>
#include <optional>

#include "base/text.h"

namespace aerostat {

namespace {

// Before 1970 and after the year 9999 there is no history.
constexpr std::int64_t kLast = 253402300799;

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || text.front() == '-' || error != std::errc{} || rest != end || value > kLast)
    return std::nullopt;
  return value;
}

std::optional<std::int64_t> seconds_of(char unit) {
  switch (unit) {
    case 's': return 1;
    case 'm': return 60;
    case 'h': return 3600;
    case 'd': return 86400;
    default: return std::nullopt;
  }
}

// What follows the seconds: a fraction, and "Z" or "+02:00". Missing: something else.
std::optional<std::int64_t> offset(std::string_view text) {
  if (text.starts_with('.')) {
    const std::size_t end = text.find_first_not_of("0123456789", 1);
    if (end == std::string_view::npos || end == 1) return std::nullopt;
    text.remove_prefix(end);
  }
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = whole(text.substr(1, 2)), minutes = whole(text.substr(4, 2));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (*hours * 3600 + *minutes * 60);
}

std::optional<std::int64_t> date(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (text.size() < kForm.size()) return std::nullopt;
  for (const std::size_t at : {4u, 7u, 13u, 16u}) {
    if (text[at] != kForm[at]) return std::nullopt;
  }
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return std::nullopt;
  const auto part = [&](std::size_t at, std::size_t size) { return whole(text.substr(at, size)); };
  const auto year = part(0, 4), month = part(5, 2), day = part(8, 2), hour = part(11, 2),
             minute = part(14, 2), second = part(17, 2), shift = offset(text.substr(kForm.size()));
  if (!year || !month || !day || !hour || !minute || !second || !shift) return std::nullopt;
  const std::chrono::year_month_day on{std::chrono::year(static_cast<int>(*year)),
                                       std::chrono::month(static_cast<unsigned>(*month)),
                                       std::chrono::day(static_cast<unsigned>(*day))};
  if (!on.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(on).time_since_epoch().count();
  const std::int64_t out = days * 86400 + *hour * 3600 + *minute * 60 + *second - *shift;
  return out >= 0 ? std::optional(out) : std::nullopt;
}

// A date alone: when that day began where this host is. A day may begin at one o'clock, where clocks are
// moved at midnight.
std::optional<std::int64_t> midnight(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = whole(text.substr(0, 4)), month = whole(text.substr(5, 2)),
             day = whole(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day on{std::chrono::year(static_cast<int>(*year)),
                                       std::chrono::month(static_cast<unsigned>(*month)),
                                       std::chrono::day(static_cast<unsigned>(*day))};
  if (!on.ok()) return std::nullopt;
  std::tm local{};
  local.tm_year = static_cast<int>(*year) - 1900;
  local.tm_mon = static_cast<int>(*month) - 1;
  local.tm_mday = static_cast<int>(*day);
  local.tm_isdst = -1;
  const std::time_t at = std::mktime(&local);
  return at >= 0 && at <= kLast ? std::optional<std::int64_t>(at) : std::nullopt;
}

}  // namespace

std::int64_t wall_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Result<std::int64_t> parse_when(std::string_view text, std::int64_t now) {
  if (const auto epoch = whole(text)) return *epoch;
  if (text.size() >= 2) {
    const auto unit = seconds_of(text.back());
    const auto count = whole(text.substr(0, text.size() - 1));
    if (unit && count && *count <= now / *unit) return now - *count * *unit;
  }
  if (const auto at = date(text)) return *at;
  if (const auto at = midnight(text)) return *at;
  return fail(Error::Kind::Invalid,
              fmt::format("'{}' is no time; write a span before now like 10m, 2h or 7d, a date like "
                          "2026-05-04 or 2026-05-04T10:11:12Z, or seconds since 1970",
                          printable(text, 40)));
}

std::string when_text(std::int64_t seconds) {
  const std::int64_t days = seconds / 86400, rest = seconds % 86400;
  const std::chrono::year_month_day on{std::chrono::sys_days(std::chrono::days(days))};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(on.year()),
                     static_cast<unsigned>(on.month()), static_cast<unsigned>(on.day()), rest / 3600,
                     rest / 60 % 60, rest % 60);
}

}  // namespace aerostat
