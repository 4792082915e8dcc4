#include "guest/clock_offset.h"

#include <algorithm>

namespace aerostat {

namespace {

constexpr Duration kOldest =
    std::chrono::seconds(10);  // docs/design/protocol.md; no message is that long under way
// Two clocks drift apart by at most 100 millionths, twice what NTP and cheap crystals need. This ages old
// exchanges, so that a short round trip of a minute ago does not beat a slightly longer one of now.
constexpr double kDrift = 100e-6;

}  // namespace

void ClockOffset::add(TimePoint sent, TimePoint received, GuestTime guest) {
  if (received < sent) return;
  const Exchange fresh{sent, received, guest};
  if (known()) {
    // Both exchanges bound the offset. If the bounds do not meet, the guest's clock has stood still (the VM
    // was paused, saved, moved), and earlier knowledge is wrong now.
    const Duration apart = as_host(best(received), guest) - as_host(fresh, guest);
    const Duration slack = error(received) + error_of(fresh, received);
    if (std::max(apart, -apart) > slack) forget();
  }
  if (count_ == 0) next_ = 0;
  kept_[next_] = fresh;
  next_ = (next_ + 1) % kKept;
  count_ = std::min(count_ + 1, kKept);
}

Duration ClockOffset::error(TimePoint now) const { return error_of(best(now), now); }

TimePoint ClockOffset::to_host(GuestTime guest, TimePoint arrived) const {
  if (!known()) return arrived;
  const TimePoint host = as_host(best(arrived), guest);
  return host > arrived || arrived - host > kOldest ? arrived : host;
}

const ClockOffset::Exchange& ClockOffset::best(TimePoint now) const {
  const auto end = kept_.begin() + static_cast<std::ptrdiff_t>(count_);
  return *std::min_element(kept_.begin(), end, [now](const Exchange& a, const Exchange& b) {
    return error_of(a, now) < error_of(b, now);
  });
}

Duration ClockOffset::error_of(const Exchange& exchange, TimePoint now) {
  const Duration age = std::max(now - exchange.received, Duration::zero());
  const Duration drift = std::chrono::duration_cast<Duration>(age * kDrift);
  return (exchange.received - exchange.sent) / 2 + drift;
}

TimePoint ClockOffset::as_host(const Exchange& exchange, GuestTime guest) {
  // The wire bounds guest times to be non-negative, so neither difference overflows.
  const TimePoint middle = exchange.sent + (exchange.received - exchange.sent) / 2;
  const Duration since = guest - exchange.guest;
  // A time far from now is refused anyway. With the clamp, the sum cannot overflow.
  return middle + std::clamp<Duration>(since, -std::chrono::hours(24 * 365), std::chrono::hours(24 * 365));
}

}  // namespace aerostat
