// The held book as a small text file in the state directory: one line a VM, "PID STARTED BYTES NAME".
// Replaced as a whole. It survives the daemon, not the host: a pid of another boot does not match.
#pragma once

#include <map>
#include <string>

#include "control/ports.h"
#include "host/host_memory.h"

namespace aerostat {

class HeldFile final : public HeldBook {
 public:
  // Reads what an earlier daemon left; a missing or damaged file is an empty book.
  HeldFile(const std::string& directory, const HostFiles& host);
  void remember(const All& all) override;
  std::optional<Bytes> recall(const std::string& vm, pid_t pid) const override;

 private:
  struct Line {
    pid_t pid = 0;
    std::uint64_t started = 0;
    std::int64_t bytes = 0;
  };
  std::string path_;
  const HostFiles& host_;
  std::map<std::string, Line> lines_;
  bool complained_ = false;
};

}  // namespace aerostat
