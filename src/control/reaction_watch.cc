#include "control/reaction_watch.h"

namespace aerostat {

namespace {

// A growth not seen after this long is no longer a reaction; the stall monitor handles it.
constexpr Duration kForgetAfter = std::chrono::seconds(5);
// Two reports of the same crossing, and the last one before it, differ only by the error of the
// interpolation.
constexpr Duration kSameCrossing = std::chrono::milliseconds(20);

}  // namespace

void ReactionWatch::commanded(const GuestState& guest, TimePoint command_at, WallTime wall) {
  if (open_ || !guest.sample || !guest.sample->total) return;
  // The cause is the moment when the buffer fell below the threshold. A growth ahead of that moment, or a
  // further one for the same crossing, is caused by the sample that showed the need. So is a growth of a
  // guest that was below its mark while it had enough: the mark is slightly too high as long as nothing
  // grows.
  TimePoint cause = guest.sampled_at;
  if (guest.low_since && enough_at_ && *guest.low_since + kSameCrossing >= *enough_at_) {
    if (!last_low_ || *guest.low_since - *last_low_ >= kSameCrossing) cause = *guest.low_since;
    last_low_ = *guest.low_since;
  }
  open_ = {wall, cause, guest.received_at, command_at, *guest.sample->total};
}

std::optional<Reaction> ReactionWatch::look(const MachineFacts& facts, const GuestState& guest) {
  if (!open_) return std::nullopt;
  const Open open = *open_;
  if (guest.received_at - open.command_at > kForgetAfter) {
    open_.reset();
    return std::nullopt;
  }
  if (!guest.sample || !guest.sample->total || *guest.sample->total <= open.total_before) return std::nullopt;
  open_.reset();
  Reaction out;
  out.at = open.wall;
  out.detect_ms = milliseconds(open.received_at - open.cause);
  out.decide_ms = milliseconds(open.command_at - open.received_at);
  // The hypervisor's event and the guest's report race. Only an event that came first splits the time;
  // without it neither part was seen, and the total holds both.
  if (facts.grew_at >= open.command_at && facts.grew_at <= guest.sampled_at) {
    out.actuate_ms = milliseconds(facts.grew_at - open.command_at);
    out.online_ms = milliseconds(guest.sampled_at - facts.grew_at);
  }
  out.total_ms = milliseconds(guest.sampled_at - open.cause);
  return out;
}

}  // namespace aerostat
