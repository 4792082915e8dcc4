#include "held_file.h"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <iterator>
#include <sstream>

#include "base/log.h"
#include "base/own_file.h"
#include "base/text.h"

namespace aerostat {

namespace {

// Some 100 bytes a VM.
constexpr std::size_t kMostHeldBytes = std::size_t{4} << 20;

}  // namespace

HeldFile::HeldFile(const std::string& directory) : path_(directory + "/held") {
  const Result<std::string> text = read_own_file(path_, kMostHeldBytes);
  if (!text) {
    if (text.error().kind != Error::Kind::NotFound)
      log_warn("event=held.unreadable why={}", log_text(text.error().message));
    return;
  }
  std::istringstream file(*text);
  pid_t pid = 0;
  std::uint64_t started = 0;
  std::int64_t bytes = 0;
  for (std::string name; file >> pid >> started >> bytes && std::getline(file >> std::ws, name);) {
    if (!is_vm_name(name) || pid <= 0 || bytes < 0) continue;
    earlier_.push_back({name, {pid, started > 0 ? std::optional(started) : std::nullopt}, Bytes::of(bytes)});
  }
}

void HeldFile::remember(const All& all) {
  std::string text;
  for (const Entry& each : all) {
    fmt::format_to(std::back_inserter(text), "{} {} {} {}\n", each.process.pid,
                   each.process.started.value_or(0), each.committed.count(), each.vm);
  }
  if (written_ == text) return;
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  // No sync: it must outlive this process, not the host.
  const auto fault = replace_own_file(path_, text, 0600, Durable::No);
  if (fault && !complained_) {
    log_warn(
        "event=held.unwritable path={} why={} note=\"after a crash of the daemon, VMs that do not answer are "
        "counted with what is resident only; make the directory writable\"",
        log_word(fault->path), log_text(std::strerror(fault->code)));
  }
  complained_ = fault.has_value();
  written_.reset();
  if (!fault) written_ = std::move(text);
}

}  // namespace aerostat
