#include "policy/past.h"

#include <algorithm>

namespace aerostat {

namespace {

constexpr double kSlotSeconds = 0.5;

// Half seconds of each span. The last spans are longer than the half seconds kept, and never reached.
constexpr std::array<std::int64_t, Past::kSpans.size() + 1> span_slots() {
  std::array<std::int64_t, Past::kSpans.size() + 1> out{};
  for (std::size_t i = 0; i < Past::kSpans.size(); ++i)
    out[i] = static_cast<std::int64_t>(Past::kSpans[i] / kSlotSeconds);
  return out;
}
constexpr auto kSpanSlots = span_slots();

std::int64_t slot_of(TimePoint at) {
  return static_cast<std::int64_t>(seconds(at.time_since_epoch()) / kSlotSeconds);
}

}  // namespace

void Past::begin(TimePoint at, double need) {
  *this = Past{};
  began_ = at;
  now_ = slot_of(at);
  present_ = static_cast<float>(need);
  slots_.fill(present_);
  late_.fill(present_);
  most_.fill(present_);
}

bool Past::note(TimePoint at, double before, double need) {
  const std::int64_t to = slot_of(at);
  const bool ended = to > now_;
  if (ended) {
    const auto between = static_cast<float>(std::max(before, need));
    for (std::int64_t i = std::max(now_ + 1, to - kSlots + 1); i <= to; ++i) slot(i) = between;
    const std::int64_t last = to / kLateSpan;
    for (std::int64_t i = std::max(now_ / kLateSpan + 1, last - kLateSlots + 1); i <= last; ++i)
      late(i) = between;
    now_ = to;
    while (known_ < kSpans.size() && kSpans[known_] <= seconds(at - began_)) ++known_;
    look_back();
  }
  present_ = slot(to) = std::max(slot(to), static_cast<float>(need));
  late(to / kLateSpan) = std::max(late(to / kLateSpan), present_);
  return ended;
}

void Past::look_back() {
  float most = 0;
  std::size_t span = 0;
  std::int64_t i = now_ % kSlots;
  for (std::int64_t back = 1; back < kSlots; ++back) {
    i = i == 0 ? kSlots - 1 : i - 1;
    most = std::max(most, slots_[static_cast<std::size_t>(i)]);
    if (back == kSpanSlots[span]) most_[span++] = most;
  }
  // Late spans are whole; their coverage ends up to one span later.
  const std::int64_t present = now_ / kLateSpan;
  most = std::max(most, late(present));
  for (std::int64_t back = 1; span < kSpans.size() && back < kLateSlots; ++back) {
    most = std::max(most, late(present + kLateSlots - back));
    if (static_cast<double>(back * kLateSpan) * kSlotSeconds >= kSpans[span]) most_[span++] = most;
  }
}

}  // namespace aerostat
