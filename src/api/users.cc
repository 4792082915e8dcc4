#include "api/users.h"

#include <algorithm>

namespace aerostat {

namespace {

// A small answer costs one unit, and each 16 KiB one more: a list of 500 VMs costs 45. 200 a second are some
// 1 % of a processor. Who manages VMs may ask more.
constexpr double kBytesOfUnit = 16'384;
constexpr double kReader = 200;
constexpr double kOwner = 1'000;
// More are hardly ever connected; those that left and owe nothing are forgotten.
constexpr std::size_t kRemembered = 256;

double pace(const Principal& who) { return who.scope >= Scope::Change ? kOwner : kReader; }

}  // namespace

bool Users::enter(const std::string& user) {
  User& known = users_[user];
  if (known.places >= most_places_) return false;
  ++known.places;
  return true;
}

void Users::leave(const std::string& user) {
  const auto found = users_.find(user);
  if (found != users_.end() && found->second.places > 0) --found->second.places;
}

Users::User& Users::refreshed(const Principal& who, TimePoint now) {
  if (users_.size() > kRemembered && !users_.contains(who.name)) forget_others(now);
  User& user = users_[who.name];
  if (now > user.at) user.credit = std::min(kBurst, user.credit + seconds(now - user.at) * pace(who));
  user.at = now;
  return user;
}

void Users::forget_others(TimePoint now) {
  constexpr std::chrono::seconds kPaidBy{30};
  std::erase_if(users_,
                [&](const auto& one) { return one.second.places == 0 && now - one.second.at > kPaidBy; });
}

Duration Users::wait(const Principal& who, TimePoint now) {
  const double credit = refreshed(who, now).credit;
  if (credit >= 0) return {};
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(-credit / pace(who)));
}

void Users::charge(const Principal& who, std::size_t bytes, TimePoint now) {
  refreshed(who, now).credit -= 1 + static_cast<double>(bytes) / kBytesOfUnit;
}

}  // namespace aerostat
