#include "model/profile_name.h"

namespace aerostat {

std::string_view profile_name(ProfileName name) {
  switch (name) {
    case ProfileName::Dense: return "dense";
    case ProfileName::Balanced: return "balanced";
    case ProfileName::Swift: return "swift";
  }
  return "?";
}

std::optional<ProfileName> parse_profile(std::string_view text) {
  for (const ProfileName name : {ProfileName::Dense, ProfileName::Balanced, ProfileName::Swift}) {
    if (text == profile_name(name)) return name;
  }
  return std::nullopt;
}

}  // namespace aerostat
