// Start: a VM that is about to start asks for its memory first. What it asked for, how far that is, and a
// sentence about it.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "model/event.h"
#include "model/settings.h"

namespace aerostat {

// In whole seconds, as people and the API give them.
inline constexpr std::int64_t kLongestWait = 86'400;
inline constexpr std::chrono::seconds kUsualWait{60}, kUsualLasts{300};

struct StartRequest {
  std::string vm = {};  // any name that people use for it
  Bytes memory = {};
  // The longest time until it is there. Zero: it is reserved now, or refused.
  std::chrono::seconds wait{0};
  // How long it is kept for a VM that does not appear. Missing: until it is released.
  std::optional<std::chrono::seconds> lasts = {};
  std::optional<int> weight = {};  // missing: that of the VM's settings
  // The UUID of the libvirt domain that is started as soon as its memory is there: whoever wanted to start it
  // was told that it waits, and went away. Empty: whoever asks starts it.
  std::string domain = {};
  std::string asked_by = {};  // "user 1000"
};

enum class StartState {
  Waiting,    // not even with every VM at its minimum would there be enough, or others are served first
  Gathering,  // promised: running VMs are giving it
  Ready,      // free: the VM may start
  Started,    // its VM is there
  Refused,    // there was not enough in time
  Expired,    // its VM did not appear in time
  Released,
};
inline constexpr std::array<std::string_view, 7> kStartStates = {"waiting", "gathering", "ready",   "started",
                                                                 "refused", "expired",   "released"};
constexpr std::string_view start_state_name(StartState state) {
  return kStartStates[static_cast<std::size_t>(state)];
}
std::optional<StartState> start_state_of(std::string_view name);
// Nothing is kept for it any more, and nothing waits.
constexpr bool start_ended(StartState state) { return state > StartState::Ready; }

struct StartReport {
  StartRequest request;
  int weight = kDefaultWeight;
  StartState state = StartState::Waiting;
  WallTime asked_at;
  std::optional<WallTime> until;  // it then ends, if nothing happens before
  Bytes missing;                  // until it is ready
  std::string why;                // one sentence
};

// Forms and ranges only: a name, a size above 0, times up to kLongestWait, a weight in its range, a UUID. The
// error names the field as the API writes it.
Result<void> validate(const StartRequest& request);

}  // namespace aerostat
