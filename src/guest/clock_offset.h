// ClockOffset: converts moments of the guest's clock to ours, from ping and pong. The best of the last
// exchanges wins; it is right within half its round trip. Impossible guest times are replaced by the time of
// arrival. Pure. A guest that lies here shifts only its own samples, by at most ten seconds.
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
  // The possible error of to_host() at `now`. Only while known().
  Duration error(TimePoint now) const;
  // `arrived` if nothing is known yet, or the result would be in the future or older than kOldest.
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
