// Event: something that happened to a VM or to the host, as a typed value with a stable code. A sentence is
// made of it where people read it: event_text().
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "model/decision.h"
#include "model/settings.h"
#include "model/status.h"

namespace aerostat {

using WallTime = std::chrono::system_clock::time_point;

enum class EventCode {
  VmAppeared,
  VmVanished,
  VmRenamed,
  VmOrphaned,  // its process runs on without a monitor
  VmEnded,     // so did that process, until now
  VmIgnored,   // a monitor that is not looked after
  VmStatus,
  VmGrow,
  VmShrink,
  VmRefused,
  VmStalled,        // does not give what it was asked for
  VmGrowthStalled,  // does not take what it was given
  VmRebooted,
  VmOom,       // the guest's kernel killed for want of memory
  VmReserved,  // memory is gathered for its start
  VmReleased,
  VmStartWaits,
  VmStartReady,
  VmStartRefused,
  VmMeddled,  // something else manages its memory too
  VmSettings,
  VmResized,  // its owner asked for another size
  VmMore,     // events of the VM that were left out, because there were too many like them
  HostOverCommitted,
  HostRecovered,
  HostUnreadable,  // what its kernel has left
  HostReadable,
  ManagerPlan,  // the policy planned for no VM of the view
  ManagerPaused,
  ManagerResumed,
  ManagerReconfigured,
  TokenCreated,  // for the API over TCP
  TokenRevoked,
};
inline constexpr std::size_t kEventCodes = static_cast<std::size_t>(EventCode::TokenRevoked) + 1;
// "vm.grow": stable, for programs.
std::string_view event_code(EventCode code);

// The details of an event, besides its code. Plain text repeats what another program said.
namespace tells {
struct StatusChange {
  Status from, to;
  std::string note;
};
struct RunsOn {
  pid_t pid;
  Bytes committed;
};
struct StaysAt {
  Bytes asked, has;
};
struct Resized {
  Bytes from, to;
};
struct Beyond {
  Bytes committed, above;  // `above` what may be committed
};
struct Budget {
  Bytes capacity, reserve;
};
struct Ignored {
  std::string place, why;
};
struct LeftOut {
  EventCode code;
  std::uint64_t count;
};
struct OfToken {
  std::string name, role;
};
}  // namespace tells

using EventDetail =
    std::variant<std::monostate, std::string, Bytes, Decision, SettingsChange, tells::StatusChange,
                 tells::RunsOn, tells::StaysAt, tells::Resized, tells::Beyond, tells::Budget, tells::Ignored,
                 tells::LeftOut, tells::OfToken>;

struct EventRecord {
  std::uint64_t seq = 0;
  WallTime at;
  EventCode code = EventCode::VmAppeared;
  std::string vm;  // empty: the host
  EventDetail detail;
  std::string by = {};  // who asked for it, as "user 1000"; empty: nobody did, or it is not known
};

// One sentence, for people.
std::string event_text(const EventRecord& event);
// "mode dynamic, maximum 2.00 GiB"
std::string describe(const SettingsChange& change);

}  // namespace aerostat
