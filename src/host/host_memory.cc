#include "host/host_memory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>

#include "host/proc_text.h"

namespace aerostat {

namespace {

// From its beginning, up to the end or 16 KiB. Nothing: errno says why. One call: the kernel gives all of a
// file of /proc that fits.
std::optional<std::string> read_all(int fd) {
  std::array<char, 16384> text;
  ssize_t got = 0;
  do got = ::pread(fd, text.data(), text.size(), 0);
  while (got < 0 && errno == EINTR);
  if (got < 0) return std::nullopt;
  return std::string(text.data(), static_cast<std::size_t>(got));
}

}  // namespace

HostFiles::HostFiles(std::string root)
    : root_(std::move(root)), meminfo_(::open((root_ + "/proc/meminfo").c_str(), O_RDONLY | O_CLOEXEC)) {}

HostFiles::~HostFiles() {
  if (meminfo_ >= 0) ::close(meminfo_);
}

HostMemory HostFiles::memory() const {
  if (meminfo_ < 0) meminfo_ = ::open((root_ + "/proc/meminfo").c_str(), O_RDONLY | O_CLOEXEC);
  const std::optional<std::string> text = meminfo_ < 0 ? std::nullopt : read_all(meminfo_);
  if (!text) return {};
  return {size_in(*text, "MemTotal:"), size_in(*text, "MemAvailable:")};
}

// A process may be hidden from us (hidepid), or /proc may be missing: it is gone if it also takes no signal.
Missing HostFiles::why_missing(pid_t pid, int error) const {
  if (error != ENOENT && error != ESRCH) return Missing::Unreadable;
  const bool is_ours = root_ == "/";
  return is_ours && (::kill(pid, 0) == 0 || errno != ESRCH) ? Missing::Unreadable : Missing::Gone;
}

HostNumber<std::string> HostFiles::read(pid_t pid, const char* file) const {
  const int fd = ::open(fmt::format("{}/proc/{}/{}", root_, pid, file).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return tl::make_unexpected(why_missing(pid, errno));
  std::optional<std::string> text = read_all(fd);
  const int error = errno;
  ::close(fd);
  if (!text) return tl::make_unexpected(why_missing(pid, error));
  return *std::move(text);
}

// A process that has ended and was not yet waited for has none of these lines: nothing is resident.
HostNumber<ProcessMemory> HostFiles::memory_of(pid_t pid) const {
  const HostNumber<std::string> text = read(pid, "status");
  if (!text) return tl::make_unexpected(text.error());
  const bool whole = text->starts_with("Name:");
  const bool has_memory = text->find("\nVmRSS:") != std::string::npos;
  const std::optional<Bytes> resident = has_memory ? size_in(*text, "VmRSS:") : Bytes{};
  if (!whole || !resident) return tl::make_unexpected(Missing::Unreadable);
  return ProcessMemory{*resident + size_in(*text, "HugetlbPages:").value_or(Bytes{}),
                       size_in(*text, "VmSwap:")};
}

HostNumber<std::uint64_t> HostFiles::started(pid_t pid) const {
  const HostNumber<std::string> text = read(pid, "stat");
  if (!text) return tl::make_unexpected(text.error());
  // The second field is the program's name in parentheses and may contain anything. Count fields after it.
  const auto name_end = text->rfind(')');
  if (name_end == std::string::npos) return tl::make_unexpected(Missing::Unreadable);
  std::string_view rest = std::string_view(*text).substr(name_end + 1);
  constexpr int kStartTime = 20;  // 22nd field of the line
  for (int i = 0; i < kStartTime; ++i) {
    const auto space = rest.find(' ');
    if (space == std::string_view::npos) return tl::make_unexpected(Missing::Unreadable);
    rest.remove_prefix(space + 1);
  }
  const auto ticks = number_at_start(rest);
  if (!ticks) return tl::make_unexpected(Missing::Unreadable);
  return static_cast<std::uint64_t>(*ticks);
}

}  // namespace aerostat
