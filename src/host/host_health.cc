#include "host/host_health.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "host/proc_text.h"

namespace aerostat {

namespace {

constexpr std::size_t kMostText = 65536;

std::optional<std::string> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string out(kMostText, '\0');
  file.read(out.data(), static_cast<std::streamsize>(out.size()));
  if (file.bad()) return std::nullopt;
  out.resize(static_cast<std::size_t>(file.gcount()));
  return out;
}

// Calls `line` with each line, without its end.
template <typename Each>
void for_lines(std::string_view text, Each line) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    line(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
}

// A limit as a cgroup writes it: bytes, or "max". Version 1 writes a number near 2^63 for none.
std::optional<Bytes> limit_in(std::string_view text) {
  constexpr std::int64_t kNone = std::int64_t{1} << 52;
  const auto bytes = number_at_start(text);
  if (!bytes || *bytes >= kNone) return std::nullopt;
  return Bytes::of(*bytes);
}

struct Hierarchy {
  std::string mount, file, path;
};

// Where the memory of the process is limited: cgroup v1's memory hierarchy if there is one, otherwise v2.
std::optional<Hierarchy> hierarchy(const std::string& root, std::string_view text) {
  std::optional<Hierarchy> v1, v2;
  for_lines(text, [&](std::string_view line) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) return;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const std::string path(line.substr(second + 1));
    if (!path.starts_with('/') || path.find("..") != std::string::npos) return;
    if (controllers.empty()) v2 = Hierarchy{root + "/sys/fs/cgroup", "memory.max", path};
    if (controllers == "memory")
      v1 = Hierarchy{root + "/sys/fs/cgroup/memory", "memory.limit_in_bytes", path};
  });
  return v1 ? v1 : v2;
}

CgroupLimit cgroup_limit(const std::string& root, const std::string& process) {
  const auto text = read(fmt::format("{}/proc/{}/cgroup", root, process));
  const auto found = text ? hierarchy(root, *text) : std::nullopt;
  std::error_code error;
  if (!found || !std::filesystem::is_directory(found->mount, error)) return {};
  CgroupLimit out;
  std::string path = found->path == "/" ? "" : found->path;
  while (true) {
    if (const auto limit = read(fmt::format("{}{}/{}", found->mount, path, found->file))) {
      out.known = true;
      const auto bytes = limit_in(*limit);
      if (bytes && (!out.limit || *bytes < *out.limit)) {
        out.limit = bytes;
        out.cgroup = path.empty() ? "/" : path;
      }
    }
    if (path.empty()) break;
    path.resize(path.rfind('/'));
  }
  // The root of v2 has no limit, and so has no file: a process there is not limited.
  if (found->path == "/") out.known = true;
  return out;
}

std::optional<std::uint64_t> open_descriptors(const std::string& root) {
  std::error_code error;
  std::filesystem::directory_iterator entry(root + "/proc/self/fd", error);
  if (error) return std::nullopt;
  std::uint64_t count = 0;
  for (; entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (error) return std::nullopt;
    ++count;
  }
  return count;
}

std::optional<std::uint64_t> most_descriptors(const std::string& root) {
  const auto text = read(root + "/proc/self/limits");
  std::optional<std::uint64_t> out;
  constexpr std::string_view kKey = "Max open files";
  for_lines(text.value_or(""), [&](std::string_view line) {
    if (line.starts_with(kKey)) out = number_at_start(line.substr(kKey.size()));
  });
  return out;
}

}  // namespace

HostHealth host_health(const std::string& root) {
  HostHealth out;
  const std::string meminfo = read(root + "/proc/meminfo").value_or("");
  out.swap_total = size_in(meminfo, "SwapTotal:");
  out.swap_free = size_in(meminfo, "SwapFree:");
  out.own_limit = cgroup_limit(root, "self");
  out.descriptors_open = open_descriptors(root);
  out.descriptors_most = most_descriptors(root);
  if (const auto text = read(root + "/proc/sys/vm/overcommit_memory")) {
    if (const auto mode = number_at_start(*text)) out.refuses_overcommit = *mode == 2;
  }
  return out;
}

ProcessHealth process_health(pid_t pid, const std::string& root) {
  ProcessHealth out;
  const std::string status = read(fmt::format("{}/proc/{}/status", root, pid)).value_or("");
  const auto locked = size_in(status, "VmLck:"), pinned = size_in(status, "VmPin:");
  if (locked || pinned) out.locked = std::max(locked.value_or(Bytes{}), pinned.value_or(Bytes{}));
  out.huge = size_in(status, "HugetlbPages:");
  out.swapped = size_in(status, "VmSwap:");
  out.limit = cgroup_limit(root, fmt::format("{}", pid));
  return out;
}

}  // namespace aerostat
