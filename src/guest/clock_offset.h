// ClockOffset: what a moment on the guest's clock was on ours, from ping and pong. The best of the last
// exchanges wins; it is right within half its round trip. Guest times that cannot be are replaced by the time
// of arrival. Pure. A guest that lies here shifts only its own samples, and by ten seconds at most.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include "base/clock.h"

namespace aerostat {

class ClockOffset {
 public:
  using GuestTime = std::chrono::nanoseconds;

  // One exchange: our time of the ping, our time of the pong, the guest's time in it.
  void add(TimePoint sent, TimePoint received, GuestTime guest);
  void forget() { count_ = 0; }
  bool known() const { return count_ > 0; }
  // How far to_host() may be off at `now`. Only while known().
  Duration error(TimePoint now) const;
  // `arrived` when nothing is known yet, or the answer would be in the future or older than kOldest.
  TimePoint to_host(GuestTime guest, TimePoint arrived) const;

 private:
  struct Exchange {
    TimePoint sent;
    TimePoint received;
    GuestTime guest{};
  };
  const Exchange& best(TimePoint now) const;
  static Duration error_of(const Exchange& exchange, TimePoint now);
  static TimePoint as_host(const Exchange& exchange, GuestTime guest);

  static constexpr std::size_t kKept = 60;  // a minute's worth, at a ping each second
  std::array<Exchange, kKept> kept_{};
  std::size_t count_ = 0;
  std::size_t next_ = 0;
};

}  // namespace aerostat
