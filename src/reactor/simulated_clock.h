// SimulatedClock: for tests of what waits. It stands still until it is moved. Before time goes on, the
// reactor does everything that can be done at that moment; then the next alarm rings. No real time passes.
#pragma once

#include <algorithm>
#include <boost/asio/post.hpp>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "reactor/timer.h"

namespace aerostat {

class SimulatedClock final : public AlarmClock {
 public:
  explicit SimulatedClock(boost::asio::io_context& io) : io_(io) {}

  TimePoint now() const override { return now_; }
  std::weak_ptr<Alarm> add(Alarm alarm) const override {
    return alarms_.emplace_back(std::make_shared<Alarm>(std::move(alarm)));
  }

  // Does everything that can be done now.
  void settle() {
    run([] { return false; });
  }

  void pass(Duration time) {
    until([] { return false; }, time);
  }

  // Lets time pass until `done`, at most so long; returns whether it is. Asks after each handler, so that a
  // state that lasts for a moment counts too.
  bool until(const std::function<bool()>& done, Duration most = std::chrono::hours(1)) {
    const TimePoint end = now_ + most;
    if (done()) return true;
    while (!run(done)) {
      const std::optional<TimePoint> next = next_due();
      if (!next || *next > end) {
        now_ = end;
        return done();
      }
      now_ = std::max(now_, *next);
      ring();
    }
    return true;
  }

 private:
  bool run(const std::function<bool()>& done) {
    for (io_.restart(); io_.poll_one() > 0; io_.restart()) {
      if (done()) return true;
    }
    return false;
  }
  std::optional<TimePoint> next_due() {
    std::optional<TimePoint> out;
    std::erase_if(alarms_, [](const auto& alarm) { return !alarm->handler; });
    for (const auto& alarm : alarms_) out = std::min(out.value_or(alarm->due), alarm->due);
    return out;
  }
  // Everything that is due, in the order in which it was set.
  void ring() {
    for (const auto& alarm : alarms_) {
      if (alarm->due <= now_)
        boost::asio::post(io_, [handler = std::exchange(alarm->handler, {})] { handler({}); });
    }
  }

  boost::asio::io_context& io_;
  // Long after the beginning: what is compared with "an hour ago" finds one.
  TimePoint now_{std::chrono::hours(1000)};
  mutable std::vector<std::shared_ptr<Alarm>> alarms_;
};

}  // namespace aerostat
