#include "host/host_memory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

namespace aerostat {

namespace {

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end == text.data() || value < 0) return std::nullopt;
  return value;
}

// "MemTotal:       16384 kB"
std::optional<Bytes> meminfo_value(std::string_view line, std::string_view key) {
  if (!line.starts_with(key)) return std::nullopt;
  line.remove_prefix(key.size());
  const auto digit = line.find_first_of("0123456789");
  if (digit == std::string_view::npos) return std::nullopt;
  const auto kib = number(line.substr(digit));
  if (!kib) return std::nullopt;
  return Bytes::kib(*kib);
}

}  // namespace

HostFiles::HostFiles(std::string root) : root_(std::move(root)) {}

HostMemory HostFiles::memory() const {
  HostMemory out;
  std::ifstream file(root_ + "/proc/meminfo");
  for (std::string line; std::getline(file, line) && !(out.total && out.available);) {
    if (const auto total = meminfo_value(line, "MemTotal:")) out.total = total;
    if (const auto available = meminfo_value(line, "MemAvailable:")) out.available = available;
  }
  return out;
}

std::optional<Bytes> HostFiles::resident(pid_t pid) const {
  std::ifstream file(fmt::format("{}/proc/{}/statm", root_, pid));
  std::string size, resident;
  if (!(file >> size >> resident)) return std::nullopt;
  const auto pages = number(resident);
  if (!pages) return std::nullopt;
  const Bytes huge = status(pid, "HugetlbPages:").value_or(Bytes{});
  return Bytes::of(*pages * ::sysconf(_SC_PAGESIZE)) + huge;
}

std::optional<Bytes> HostFiles::swapped(pid_t pid) const { return status(pid, "VmSwap:"); }

std::optional<Bytes> HostFiles::status(pid_t pid, std::string_view name) const {
  std::ifstream file(fmt::format("{}/proc/{}/status", root_, pid));
  for (std::string line; std::getline(file, line);) {
    if (const auto value = meminfo_value(line, name)) return value;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> HostFiles::started(pid_t pid) const {
  std::ifstream file(fmt::format("{}/proc/{}/stat", root_, pid));
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  // The second field is the program's name in parentheses and may contain anything. Count fields after it.
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest(text.substr(name_end + 1));
  std::string field;
  constexpr int kStartTime = 20;  // 22nd field of the line
  for (int i = 0; i < kStartTime; ++i) rest >> field;
  const auto ticks = number(field);
  if (!rest || !ticks) return std::nullopt;
  return static_cast<std::uint64_t>(*ticks);
}

}  // namespace aerostat
