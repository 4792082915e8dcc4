// What drivers have in common when they tell of a VM.
#pragma once

#include <string_view>
#include <tuple>

#include "vmm/machine.h"

namespace aerostat {

// What listeners act on. A new seen_at alone is no news.
inline auto news_of(const MachineFacts& f) {
  return std::tie(f.link, f.link_note, f.run_state, f.run_note, f.migrating, f.refusal, f.backs_off, f.pid,
                  f.known, f.base, f.amounts, f.target_known, f.devices, f.agent_socket, f.manager_note,
                  f.balloon_stats_at, f.resets, f.meddlings);
}

constexpr std::string_view link_name(Link link) {
  switch (link) {
    case Link::Connecting: return "connecting";
    case Link::Up: return "up";
    case Link::Hung: return "hung";
    case Link::Denied: return "denied";
    case Link::Lost: return "lost";
  }
  return "?";
}

}  // namespace aerostat
