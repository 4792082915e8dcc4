// Reporter: decides from the observed levels when to report to the host, why, and when to look next. It
// reports at once what the host must act on: too little memory left, new memory, cache that grows or is
// missed. Pure: time is passed in (nanoseconds, CLOCK_MONOTONIC). It never asks for looks less than
// kLookLeast apart. While a guest rests, a glance replaces the look.
#pragma once

#include <cstdint>

#include "agent/common/reading.h"

namespace aerostat::agent {

inline constexpr std::int64_t kMs = 1'000'000;
// The least time between two looks. A look costs tens of microseconds: at worst about 1 % of one processor.
inline constexpr std::int64_t kLookLeast = 10 * kMs;
// How long quick looks wait for announced memory. After that it is late, and a keepalive will show it.
inline constexpr std::int64_t kExpectMost = 1000 * kMs;
// Announced memory may arrive in part, or the total may be counted differently. Growth that stood still for
// this long has ended.
inline constexpr std::int64_t kExpectSettled = 200 * kMs;

// The longest time without a look, whatever glances say.
inline constexpr std::int64_t kGlancesMost = 1000 * kMs;

// What one system call says. KiB; all missing where there is no such call.
struct Glance {
  Number total_kib, free_kib, swap_free_kib;
};

// What a look observes. KiB, and pages since boot.
struct Levels {
  Number total_kib, avail_kib;
  Number normal_free_kib;  // memory for kernel data may run out while plenty is available
  Number active_file_kib;  // growing page cache does not reduce available memory
  Number refaults;         // nor does cache that was dropped and is missed
  Number reclaimed;        // while pages are reclaimed, free memory shows nothing
};

class Reporter {
 public:
  struct Verdict {
    bool send = false;
    Cause why = Cause::Keepalive;
    Number low_since_ns;
  };

  // Starts anew with these periods. The next look is sent as a keepalive.
  void start(std::int64_t now, std::int64_t sample_ns, std::int64_t keepalive_ns);
  void set_low_mark(std::int64_t kib, std::int64_t now);
  void expect(std::int64_t total_kib, std::int64_t now);
  // Something happened (memory came online): look at once.
  void look_now(std::int64_t now) { due_ = now; }

  // One look, and the glance before it. Looks must be given in order of time.
  Verdict look(std::int64_t now, const Levels& levels, const Glance& glance = {});
  // True: the guest rests as it did at the last look. It needs no look before the new due(). False: look now.
  bool rests(std::int64_t now, const Glance& glance);
  // When to look next: at most one sample period after the last look or glance.
  std::int64_t due() const { return due_; }
  bool low() const { return low_since_.has_value(); }

 private:
  void watch_low(std::int64_t now, std::int64_t avail);
  void watch_expected(std::int64_t now, Number total, bool grew);
  std::int64_t notable_change(const Levels& levels) const;
  bool notable(const Levels& levels) const;
  bool keepalive_due(std::int64_t now) const;
  void plan_next(std::int64_t now, Number avail);
  std::int64_t next_due(std::int64_t now, Number avail) const;

  std::int64_t sample_ns_ = 100 * kMs, keepalive_ns_ = 1000 * kMs;
  std::int64_t tick_ = 0, due_ = 0;
  std::int64_t last_sent_ = 0;
  bool fresh_ = true;  // nothing sent since start()
  Levels sent_;
  Levels last_;
  Glance last_glance_;
  std::int64_t looked_ = 0;
  std::int64_t last_ns_ = 0;  // last_ was true then: the last look or glance
  bool reclaims_ = true;      // between the last two looks, as far as known
  Number low_mark_, low_since_;
  std::int64_t mark_set_ = 0;
  Number expected_;
  std::int64_t expect_ends_ = 0;
};

// When a level that changed linearly from (t0, above) to (t1, below) passed the mark.
std::int64_t crossing(std::int64_t t0, std::int64_t above, std::int64_t t1, std::int64_t below,
                      std::int64_t mark);

}  // namespace aerostat::agent
