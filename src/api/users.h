// Users: what each user of the API takes of it: places for connections, and the daemon's time. A user who
// takes more than its share waits, so that a client in a loop costs little and hinders nobody else.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "api/access.h"
#include "base/clock.h"

namespace aerostat {

class Users {
 public:
  explicit Users(std::size_t most_places) : most_places_(most_places) {}

  // Takes a place; false: the user has as many as one may have.
  bool enter(const std::string& user);
  void leave(const std::string& user);

  // How long a user's next request has to wait for earlier ones.
  Duration wait(const Principal& who, TimePoint now);
  // An answer of so many bytes was made for it.
  void charge(const Principal& who, std::size_t bytes, TimePoint now);

 private:
  struct User {
    std::size_t places = 0;
    double credit = kBurst;
    TimePoint at{};
  };
  // In units of some 50 µs of one processor.
  static constexpr double kBurst = 400;
  User& refreshed(const Principal& who, TimePoint now);
  void forget_others(TimePoint now);

  std::size_t most_places_;
  std::map<std::string, User> users_;
};

}  // namespace aerostat
