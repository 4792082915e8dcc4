// Quiet: while one lives, its thread writes no log lines. For code of the daemon that runs in the lab: its
// events are not the host's.
#pragma once

namespace aerostat {

class Quiet {
 public:
  Quiet();
  ~Quiet();
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  bool before_;
};

}  // namespace aerostat
