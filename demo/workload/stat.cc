#include "stat.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <optional>

namespace workload {

namespace {

constexpr std::size_t kMostText = 16384;  // all of /proc/vmstat fits

struct Number {
  const char* member;
  std::string_view key;  // followed by the number; at the start of a line, or of the file
};

constexpr Number kMeminfo[] = {
    {"mem_total_kib", "MemTotal:"}, {"mem_free_kib", "MemFree:"}, {"mem_available_kib", "MemAvailable:"},
    {"cached_kib", "Cached:"},      {"anon_kib", "AnonPages:"},   {"swap_total_kib", "SwapTotal:"},
    {"swap_free_kib", "SwapFree:"},
};
constexpr Number kVmstat[] = {
    {"pswpin", "pswpin "},
    {"pswpout", "pswpout "},
    {"pgmajfault", "pgmajfault "},
    {"oom_kill", "oom_kill "},
};

// No allocation: memory may be used up.
std::string_view read_whole(const char* path) {
  static std::array<char, kMostText> text;
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  std::size_t length = 0;
  for (;;) {
    const ssize_t got = ::read(file, text.data() + length, text.size() - length);
    if (got <= 0) break;
    length += static_cast<std::size_t>(got);
  }
  ::close(file);
  return {text.data(), length};
}

std::optional<std::int64_t> number_after(std::string_view text, std::string_view key) {
  std::size_t at = text.find(key);
  while (at != std::string_view::npos && at != 0 && text[at - 1] != '\n') at = text.find(key, at + 1);
  if (at == std::string_view::npos) return std::nullopt;
  at = text.find_first_not_of(' ', at + key.size());
  if (at == std::string_view::npos) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

void add_numbers(Event& event, const char* path, const auto& numbers) {
  const std::string_view text = read_whole(path);
  for (const Number& number : numbers) {
    if (const auto value = number_after(text, number.key)) event.add(number.member, *value);
  }
}

// "some avg10=… total=N" and "full … total=N"
void add_pressure(Event& event) {
  const std::string_view text = read_whole("/proc/pressure/memory");
  const std::size_t full = text.find("full ");
  if (full == std::string_view::npos) return;
  const auto total = [](std::string_view line) {
    const std::size_t at = line.find("total=");
    return at == std::string_view::npos ? std::nullopt : number_after(line.substr(at), "total=");
  };
  if (const auto some = total(text.substr(0, full))) event.add("psi_some_us", *some);
  if (const auto stalled = total(text.substr(full))) event.add("psi_full_us", *stalled);
}

}  // namespace

void add_stat(Event& event) {
  add_numbers(event, "/proc/meminfo", kMeminfo);
  add_numbers(event, "/proc/vmstat", kVmstat);
  add_pressure(event);
}

}  // namespace workload
