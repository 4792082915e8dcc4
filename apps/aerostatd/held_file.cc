#include "held_file.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "base/text.h"

namespace aerostat {

HeldFile::HeldFile(const std::string& directory) : path_(directory + "/held") {
  std::ifstream file(path_);
  pid_t pid = 0;
  std::uint64_t started = 0;
  std::int64_t bytes = 0;
  for (std::string name; file >> pid >> started >> bytes && std::getline(file >> std::ws, name);) {
    if (!is_vm_name(name) || pid <= 0 || bytes < 0) continue;
    earlier_.push_back({name, {pid, started > 0 ? std::optional(started) : std::nullopt}, Bytes::of(bytes)});
  }
}

void HeldFile::remember(const All& all) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  const std::string fresh = path_ + ".new";
  std::ofstream file(fresh, std::ios::trunc);
  for (const Entry& each : all) {
    file << each.process.pid << ' ' << each.process.started.value_or(0) << ' ' << each.committed.count()
         << ' ' << each.vm << '\n';
  }
  file.close();
  // No sync: it has to outlive this process, not the host.
  const bool written = file.good() && std::rename(fresh.c_str(), path_.c_str()) == 0;
  if (!written && !complained_) {
    log_warn(
        "event=held.unwritable path={} note=\"after a crash of the daemon, VMs that do not answer are "
        "counted with what is resident only; make the directory writable\"",
        log_word(path_));
  }
  complained_ = !written;
}

}  // namespace aerostat
