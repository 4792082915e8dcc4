#include "policy/profile.h"

namespace aerostat {

namespace {

constexpr Profile kBalanced{};
// More VMs on a host; a little shortage now and then is accepted.
constexpr Profile kDense{.short_price = 45, .floor_mib = 16};
// Never short, whatever it costs.
constexpr Profile kSwift{.short_price = 600, .change_price = 0.4, .plug_price = 2.6, .floor_mib = 64};

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
