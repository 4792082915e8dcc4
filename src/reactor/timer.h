// Timer: calls a handler on the reactor's thread when its Clock shows a time. Like asio's steady_timer,
// setting or cancelling it ends an earlier wait with operation_aborted, a handler that is already on its way
// is still called, and no handler runs inside a call to the timer. The clock decides whose time it is: with
// an AlarmClock (SimulatedClock) nothing waits in real time. One wait at a time.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>
#include <functional>
#include <memory>

#include "base/clock.h"

namespace aerostat {

using TimerHandler = std::function<void(const boost::system::error_code&)>;

// A clock that does not run by itself: whoever moves it posts the handlers of alarms that are due.
class AlarmClock : public Clock {
 public:
  struct Alarm {
    TimePoint due{};
    TimerHandler handler;  // empty: posted, or cancelled
  };
  virtual std::weak_ptr<Alarm> add(Alarm alarm) const = 0;
};

class Timer {
 public:
  // Both must outlive it.
  Timer(boost::asio::io_context& io, const Clock& clock);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void expires_after(Duration wait) { expires_at(clock_.now() + wait); }
  void expires_at(TimePoint due);
  TimePoint expiry() const { return due_; }
  void async_wait(TimerHandler handler);
  void cancel();

 private:
  boost::asio::io_context& io_;
  const Clock& clock_;
  const AlarmClock* alarms_;  // null: real time
  TimePoint due_{};
  boost::asio::steady_timer real_;
  std::weak_ptr<AlarmClock::Alarm> alarm_;
};

}  // namespace aerostat
