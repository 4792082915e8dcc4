// ProfileName: how boldly memory is managed, in one word of the host's owner. What it means is in
// policy/profile.h.
#pragma once

#include <optional>
#include <string_view>

namespace aerostat {

enum class ProfileName {
  Dense,     // more VMs on a host; a little shortage now and then is accepted
  Balanced,  // the default
  Swift,     // as good as never short, for more idle memory
};
std::string_view profile_name(ProfileName name);
std::optional<ProfileName> parse_profile(std::string_view text);

}  // namespace aerostat
