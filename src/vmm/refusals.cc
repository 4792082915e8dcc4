#include "vmm/refusals.h"

#include <algorithm>
#include <utility>

namespace aerostat {

bool Refusals::refused(bool balloon, std::string why, TimePoint now) {
  constexpr int kDoublings = 10;  // far beyond the longest wait
  Device& device = of(balloon);
  device.again =
      now + std::min<Duration>(kRefusedMost, kRefusedFirst * (1 << std::min(device.in_a_row++, kDoublings)));
  const bool another = device.why != why;
  device.why = std::move(why);
  return another;
}

Duration Refusals::until_again(Duration wait, TimePoint now) const {
  for (const Device* device : {&balloon_, &plug_}) {
    if (device->again > now) wait = std::min(wait, device->again - now);
  }
  return wait;
}

void Refusals::say(MachineFacts& facts, TimePoint now) {
  facts.refusal.clear();
  facts.backs_off = false;
  for (Device* device : {&balloon_, &plug_}) {
    if (!device->why.empty() && now >= device->again + kRefusedMost) *device = {};
    if (device->why.empty()) continue;
    if (facts.refusal.empty()) facts.refusal = device->why;
    facts.backs_off = facts.backs_off || now < device->again;
  }
}

}  // namespace aerostat
