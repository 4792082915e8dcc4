#include "policy/profile.h"

namespace aerostat {

namespace {

constexpr Profile kBalanced{};
// More VMs on a host; a little shortage now and then is accepted.
constexpr Profile kDense{.short_price = 25, .headroom_sigmas = 0.3};
// Never short, whatever it costs.
constexpr Profile kSwift{.short_price = 400, .change_price = 0.4, .headroom_sigmas = 2.5, .floor_mib = 48};

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
