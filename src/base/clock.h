// Clock: the only source of time, so that tests and the simulator can supply their own.
#pragma once

#include <chrono>

namespace aerostat {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

// Seconds as a double, for rates and for people.
constexpr double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }
constexpr double milliseconds(Duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;  // monotonic
};

class RealClock final : public Clock {
 public:
  TimePoint now() const override { return std::chrono::steady_clock::now(); }
};

// Stands still until told to move.
class FakeClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  void advance(Duration d) { now_ += d; }

 private:
  TimePoint now_{std::chrono::hours(1)};
};

}  // namespace aerostat
