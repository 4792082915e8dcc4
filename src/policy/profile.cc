#include "policy/profile.h"

#include <algorithm>

#include "model/comfort.h"
#include "policy/tuning.h"

namespace aerostat {

namespace {

// A guest at rest keeps some comfort. It grows before its kernel begins to reclaim, at its high watermarks.
constexpr Profile kBalanced{.headroom_sigmas = 2,
                            .floor_mib = 40,
                            .floor_share = 0.003,
                            .comfort_share = kComfort.share,
                            .comfort_least_mib = kComfort.least.to_mib(),
                            .comfort_most_mib = kComfort.most.to_mib()};
// More VMs on a host, with a little shortage now and then. A guest at rest has little available.
constexpr Profile kDense{};
// Never short, whatever it costs.
constexpr Profile kSwift{.short_price = 400, .change_price = 0.4, .headroom_sigmas = 2.5, .floor_mib = 48};

// With less a VM would look saturated at rest, and grow at once.
static_assert(std::min({kDense.floor_mib, kBalanced.floor_mib, kSwift.floor_mib}) >= kSaturated.to_mib());

constexpr double kStatisticsFloor = 24, kStatisticsComfort = 32;

}  // namespace

Profile by_statistics(const Profile& told) {
  Profile out = told;
  out.floor_mib = std::min(told.floor_mib, kStatisticsFloor);
  out.comfort_least_mib = std::min(told.comfort_least_mib, kStatisticsComfort);
  return out;
}

const Profile& profile(ProfileName name) {
  switch (name) {
    case ProfileName::Dense: return kDense;
    case ProfileName::Balanced: return kBalanced;
    case ProfileName::Swift: return kSwift;
  }
  return kBalanced;
}

}  // namespace aerostat
