// Daemon: the wiring of aerostatd. It builds every part, passes references down, and runs the one reactor
// until told to stop. When it ends, for any reason, VMs run on unchanged.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "config/config.h"

namespace aerostat {

// The memory that VMs may share on a host with `host_total`, and the reserve.
struct Budget {
  Bytes capacity;
  Bytes reserve;
};
Result<Budget> budget_of(const Config& config, std::optional<Bytes> host_total);

class Daemon {
 public:
  // `config_path` is read again on SIGHUP; empty: there is no file.
  Daemon(const Config& config, std::string config_path, Budget budget);
  ~Daemon();
  // Runs until SIGTERM or SIGINT. An error: it could not start, and nothing was changed.
  Result<void> run();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aerostat
