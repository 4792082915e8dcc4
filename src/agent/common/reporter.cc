#include "agent/common/reporter.h"

#include <algorithm>

namespace aerostat::agent {

namespace {

// A change is reported above the larger of 0.25 % of the total and 2 MiB. A smaller change is noise, and the
// keepalive reports it. A larger limit would hide from the host what it learns a guest's headroom from (2 %
// cost a fifth of the score).
constexpr std::int64_t kChangeKib = std::int64_t{2} * 1024;
constexpr std::int64_t kChangePart = 400;
// Close to the mark smaller changes are reported, down to this: the next step may cross it.
constexpr std::int64_t kCloseKib = 256;
// 64 pages of cache that was dropped and read again. A guest full of cache shows no other sign of shortage.
constexpr std::int64_t kRefaults = 64;
// Free memory moves if it changes by this part of a notable change.
constexpr std::int64_t kNotablePart = 4;
// A fall may become this many times faster before the next look: programs that start to fill memory
// accelerate.
constexpr double kHaste = 2.0;

// The difference of two levels; 0 if one of them is unknown.
std::int64_t apart(const Number& a, const Number& b) { return a && b ? std::max(*a - *b, *b - *a) : 0; }

}  // namespace

std::int64_t crossing(std::int64_t t0, std::int64_t above, std::int64_t t1, std::int64_t below,
                      std::int64_t mark) {
  if (above <= mark || below >= above || t1 <= t0) return t0;
  const double part = static_cast<double>(above - mark) / static_cast<double>(above - below);
  return t0 + static_cast<std::int64_t>(std::min(part, 1.0) * static_cast<double>(t1 - t0));
}

void Reporter::start(std::int64_t now, std::int64_t sample_ns, std::int64_t keepalive_ns) {
  *this = Reporter{};
  sample_ns_ = std::max(sample_ns, kLookLeast);
  keepalive_ns_ = keepalive_ns;
  tick_ = due_ = now;
}

void Reporter::set_low_mark(std::int64_t kib, std::int64_t now) {
  low_mark_ = kib;
  low_since_.reset();
  mark_set_ = now;
  due_ = std::min(due_, now);
}

void Reporter::expect(std::int64_t total_kib, std::int64_t now) {
  if (last_.total_kib && *last_.total_kib >= total_kib) return;
  expected_ = total_kib;
  expect_ends_ = now + kExpectMost;
  due_ = std::min(due_, now + kLookLeast);
}

std::int64_t Reporter::notable_change(const Levels& levels) const {
  const std::int64_t least = std::max(kChangeKib, levels.total_kib.value_or(0) / kChangePart);
  if (!levels.avail_kib || !low_mark_ || *levels.avail_kib <= *low_mark_) return least;
  return std::min(least, std::max(kCloseKib, (*levels.avail_kib - *low_mark_) / 2));
}

bool Reporter::notable(const Levels& levels) const {
  const std::int64_t least = notable_change(levels);
  return apart(levels.avail_kib, sent_.avail_kib) > least ||
         apart(levels.normal_free_kib, sent_.normal_free_kib) > least ||
         apart(levels.active_file_kib, sent_.active_file_kib) > least ||
         apart(levels.refaults, sent_.refaults) >= kRefaults;
}

bool Reporter::keepalive_due(std::int64_t now) const {
  // Half a sample early is better than half a sample late: three missed keepalives count as silence.
  return fresh_ || now - last_sent_ >= keepalive_ns_ - sample_ns_ / 2;
}

void Reporter::plan_next(std::int64_t now, Number avail) {
  while (tick_ <= now) tick_ += sample_ns_ * ((now - tick_) / sample_ns_ + 1);
  due_ = next_due(now, avail);
}

// Nothing that look() would report can happen while free memory stays: programs and caches take free pages,
// until the kernel reclaims some. Only cache that becomes active is told later, by the next keepalive. Free
// memory stays if it changes by so little that it can add up to nothing notable before the next look.
bool Reporter::rests(std::int64_t now, const Glance& glance) {
  const Glance& last = last_glance_;
  if (keepalive_due(now) || now - looked_ >= kGlancesMost || expected_ || low() || reclaims_) return false;
  if (!last_.avail_kib || (low_mark_ && *last_.avail_kib < *low_mark_ + kCloseKib)) return false;
  const std::int64_t moves = std::max(kCloseKib, notable_change(last_) / kNotablePart);
  if (!glance.free_kib || !last.free_kib || apart(glance.free_kib, last.free_kib) >= moves) return false;
  if (glance.total_kib != last.total_kib || glance.swap_free_kib != last.swap_free_kib) return false;
  plan_next(now, last_.avail_kib);
  last_ns_ = now;
  return true;
}

Reporter::Verdict Reporter::look(std::int64_t now, const Levels& levels, const Glance& glance) {
  const Number& total = levels.total_kib;
  const Number& avail = levels.avail_kib;
  const bool grew = total && last_.total_kib && *total > *last_.total_kib;
  const bool was_low = low();
  if (avail) watch_low(now, *avail);
  watch_expected(now, total, grew);

  Verdict verdict;
  verdict.low_since_ns = low_since_;
  verdict.send = true;
  if (grew) {
    verdict.why = Cause::Online;
  } else if (low()) {
    verdict.why = Cause::Low;
  } else if (notable(levels) || (was_low && !fresh_)) {
    verdict.why = Cause::Change;
  } else {
    verdict.why = Cause::Keepalive;
    verdict.send = keepalive_due(now);
  }
  if (verdict.send) {
    fresh_ = false;
    last_sent_ = now;
    sent_ = levels;
  }
  plan_next(now, avail);
  reclaims_ = !levels.reclaimed || levels.reclaimed != last_.reclaimed;
  last_ = levels;
  last_glance_ = glance;
  last_ns_ = looked_ = now;
  return verdict;
}

void Reporter::watch_low(std::int64_t now, std::int64_t avail) {
  if (!low_mark_ || avail >= *low_mark_) {
    low_since_.reset();
  } else if (!low_since_) {
    // Without a look above this mark, the time when the mark was set is the best estimate.
    const bool seen_above = last_.avail_kib && *last_.avail_kib >= *low_mark_;
    low_since_ =
        seen_above ? crossing(last_ns_, *last_.avail_kib, now, avail, *low_mark_) : std::min(mark_set_, now);
  }
}

void Reporter::watch_expected(std::int64_t now, Number total, bool grew) {
  if (!expected_) return;
  if (grew) expect_ends_ = std::min(expect_ends_, now + kExpectSettled);
  if ((total && *total >= *expected_) || now >= expect_ends_) expected_.reset();
}

std::int64_t Reporter::next_due(std::int64_t now, Number avail) const {
  if (expected_) return std::min(tick_, now + kLookLeast);
  std::int64_t due = tick_;
  // Above the mark and falling: look when the level would reach it, if the fall became kHaste times as fast.
  if (avail && last_.avail_kib && low_mark_ && *avail >= *low_mark_ && *avail < *last_.avail_kib &&
      now > last_ns_) {
    const double per_ns =
        static_cast<double>(*last_.avail_kib - *avail) / static_cast<double>(now - last_ns_);
    const double until = static_cast<double>(*avail - *low_mark_) / (per_ns * kHaste);
    if (until < static_cast<double>(due - now)) due = now + static_cast<std::int64_t>(until);
  }
  return std::max(due, now + kLookLeast);
}

}  // namespace aerostat::agent
