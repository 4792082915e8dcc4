#include "policy/profile.h"

#include <algorithm>

#include "policy/tuning.h"

namespace aerostat {

namespace {

constexpr Profile kBalanced{};
// More VMs on a host; a little shortage now and then is accepted.
constexpr Profile kDense{.short_price = 25, .headroom_sigmas = 0.3};
// Never short, whatever it costs.
constexpr Profile kSwift{.short_price = 400, .change_price = 0.4, .headroom_sigmas = 2.5, .floor_mib = 48};

// With less a VM would look saturated where it rests, and be grown at once.
static_assert(std::min({kDense.floor_mib, kBalanced.floor_mib, kSwift.floor_mib}) >= kSaturated.to_mib());

}  // namespace

const Profile& profile(ProfileName name) {
  switch (name) {
    case ProfileName::Dense: return kDense;
    case ProfileName::Balanced: return kBalanced;
    case ProfileName::Swift: return kSwift;
  }
  return kBalanced;
}

}  // namespace aerostat
