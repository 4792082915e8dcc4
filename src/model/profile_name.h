// ProfileName: the host owner's choice of how boldly memory is managed. policy/profile.h defines the
// profiles.
#pragma once

#include <optional>
#include <string_view>

namespace aerostat {

enum class ProfileName {
  Dense,     // more VMs on a host, with a little shortage now and then
  Balanced,  // the default
  Swift,     // almost never short, with more idle memory
};
std::string_view profile_name(ProfileName name);
std::optional<ProfileName> parse_profile(std::string_view text);

}  // namespace aerostat
