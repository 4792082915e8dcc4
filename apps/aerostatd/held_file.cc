#include "held_file.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "base/text.h"

namespace aerostat {

HeldFile::HeldFile(const std::string& directory, const HostFiles& host)
    : path_(directory + "/held"), host_(host) {
  std::ifstream file(path_);
  std::string name;
  for (Line line; file >> line.pid >> line.started >> line.bytes && std::getline(file >> std::ws, name);) {
    if (is_vm_name(name) && line.bytes >= 0) lines_[name] = line;
  }
}

void HeldFile::remember(const All& all) {
  lines_.clear();
  for (const auto& [name, entry] : all) {
    if (const auto started = host_.started(entry.pid))
      lines_[name] = {entry.pid, *started, entry.committed.count()};
  }
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  const std::string fresh = path_ + ".new";
  std::ofstream file(fresh, std::ios::trunc);
  for (const auto& [name, line] : lines_) {
    file << line.pid << ' ' << line.started << ' ' << line.bytes << ' ' << name << '\n';
  }
  file.close();
  // No sync: it has to outlive this process, not the host.
  const bool written = file.good() && std::rename(fresh.c_str(), path_.c_str()) == 0;
  if (!written && !complained_) {
    log_warn(
        "event=held.unwritable path=\"{}\" note=\"after a crash of the daemon, VMs that do not answer are "
        "counted "
        "with what is resident only; make the directory writable\"",
        path_);
  }
  complained_ = !written;
}

std::optional<Bytes> HeldFile::recall(const std::string& vm, pid_t pid) const {
  const auto found = lines_.find(vm);
  if (found == lines_.end() || found->second.pid != pid || host_.started(pid) != found->second.started)
    return std::nullopt;
  return Bytes::of(found->second.bytes);
}

}  // namespace aerostat
