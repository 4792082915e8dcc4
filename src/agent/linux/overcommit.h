// Overcommit: allows one program to request more memory than the guest has now, because the host can add it.
// Only with the owner's permission, and only while a host manages this guest. The setting is restored when
// the host was gone for kHostGone, and at the end. A guest set to refuse what it cannot promise (2) goes on
// refusing.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/linux/system_file.h"

namespace aerostat::agent {

// A service of the host that restarts is back sooner. Programs should not see the rule change back and forth
// meanwhile.
inline constexpr std::int64_t kHostGone = 30'000'000'000;

class Overcommit {
 public:
  Overcommit(std::string_view root, bool allowed)
      : setting_(root, "/proc/sys/vm/overcommit_memory"), allowed_(allowed) {}

  // The host manages this guest, as of now. Returns 0 or errno.
  int managed(std::int64_t now) {
    last_ = now;
    return allowed_ && !setting_.changed() && !setting_.is("2") ? setting_.set("1") : 0;
  }
  // Call from time to time: restores the setting once nobody manages the guest.
  void work(std::int64_t now) {
    if (setting_.changed() && now - last_ >= kHostGone) setting_.restore();
  }
  void restore() { setting_.restore(); }

 private:
  Setting setting_;
  bool allowed_;
  std::int64_t last_ = 0;
};

}  // namespace aerostat::agent
