#include "policy/profile.h"

namespace aerostat {

namespace {

constexpr Profile kBalanced{};
// More VMs on a host; a little shortage now and then is accepted.
constexpr Profile kDense{.short_price = 150, .change_price = 1, .floor_mib = 16};
// Never short, whatever it costs.
constexpr Profile kSwift{.short_price = 2000, .change_price = 2, .plug_price = 8, .floor_mib = 64};

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
