// What is made of a program in a guest that refuses a shrink. It is heard once a shrink: others are asked
// first, for half a minute at most, and not at all if they cannot give what is lacking. A guest's word never
// holds the host up. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/views.h"
#include "model/wish.h"

namespace aerostat {

// As long as a program may need to finish what it is at; a guest that refuses for ever costs no more.
inline constexpr Duration kObjectionStands = std::chrono::seconds(30);
// Then a shrink counts as a new one, although the guest did not grow since.
inline constexpr Duration kObjectionAgain = std::chrono::minutes(10);

struct Objection {
  std::optional<TimePoint> heard_at;  // missing: never
  std::string why;
  bool overruled = false;
  bool keeps = false;  // without it, this pass would take memory from the VM

  bool counts(TimePoint now) const { return heard_at && now - *heard_at < kObjectionStands; }
  bool stands(TimePoint now) const { return counts(now) && !overruled; }
  // Whether a refusal now is the first one of this shrink.
  bool may_be_heard(std::optional<TimePoint> grew_at, TimePoint now) const {
    return !heard_at || now - *heard_at >= kObjectionAgain || (grew_at && *grew_at > *heard_at);
  }
};

// Whether what is free, what comes back and what this plan takes from others is all that anybody wants.
bool others_suffice(const HostView& host, const std::vector<Wish>& plan);

}  // namespace aerostat
