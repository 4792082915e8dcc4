// GuestLink: the host's end of the connection to one guest's integration service. Reading it never blocks.
// Everything in GuestState is the guest's word, bounded and cleaned, never trusted.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "model/guest_sample.h"
#include "model/guest_system.h"
#include "model/vm_id.h"

namespace aerostat {

enum class Service {
  Absent,       // nobody has sent hello
  Speaking,     // hello accepted, reports arrive
  Silent,       // was speaking; nothing for longer than three keepalives
  Unsupported,  // uses an unsupported protocol version, or its port is not its VM's
  Faulty,       // sent invalid data: garbage, a too long line, numbers that contradict each other
};

enum class SampleCause { Keepalive, Change, Low, Online };

struct GuestState {
  Service service = Service::Absent;
  std::string note;    // one sentence about the state: "sent a line longer than 4096 bytes"
  std::string unread;  // what came from a guest that has not said hello: "sent a line that is not JSON"
  std::string agent_version;  // printable text, from hello
  std::string os;             // likewise, one line for people
  GuestSystem system;         // the same in parts
  // Its numbers count what the balloon holds as memory in use: total and promised memory do not shrink with
  // it.
  bool balloon_in_total = false;
  bool can_compact = false;
  bool asks_programs = false;  // before a shrink; one of them may refuse it
  bool can_online = false;
  bool relaxes_overcommit = false;

  std::optional<GuestSample> sample;
  SampleCause cause = SampleCause::Keepalive;
  TimePoint sampled_at{};   // on the host's clock, guest time corrected by the measured offset
  TimePoint received_at{};  // when the line arrived
  // When `available` fell below the low mark, interpolated by the guest between two of its samples; host
  // clock.
  std::optional<TimePoint> low_since;
  std::uint64_t messages = 0;
  std::uint64_t rejected = 0;  // refused lines
  bool prepared = false;       // the last prepare_shrink() was answered
  std::string refusal;         // … by a program that refuses: its reason; empty: none does
  std::string complaint;       // the last failure that the service reported; empty: none
};

// Where the service of one VM can be reached, according to its hypervisor. A guest may control the hypervisor
// and name any socket of this host. Therefore only a socket that this very process serves is used.
struct GuestPort {
  std::string path;
  std::optional<pid_t> server;  // the VM's process; missing: unknown, so no peer is accepted
};

class GuestLink {
 public:
  virtual ~GuestLink() = default;
  virtual const GuestState& state() const = 0;
  // The guest should report at once whenever `available` is below this. Sent only after a notable change.
  virtual void set_low_mark(Bytes available) = 0;
  // The most this VM can have: a guest that claims to see more is lying.
  virtual void set_most_visible(Bytes most) = 0;
  // Memory was asked to grow: the guest samples fast until it sees it. Cheap, may be called often.
  virtual void expect_growth(Bytes target) = 0;
  // Asks the guest to prepare `amount` (its programs, compaction). Answered by state().prepared, or never.
  virtual void prepare_shrink(Bytes amount) = 0;
  // The guest was reset: the previous service is gone, and the next message is from another boot.
  virtual void guest_reset() = 0;
};

class GuestListener {
 public:
  virtual ~GuestListener() = default;
  // A message arrived or the service's state changed. Called from the reactor thread only.
  virtual void guest_spoke(const VmId& vm) = 0;
};

}  // namespace aerostat
