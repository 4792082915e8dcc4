#include "reactor/timer.h"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace aerostat {

Timer::Timer(boost::asio::io_context& io, const Clock& clock)
    : io_(io), clock_(clock), alarms_(dynamic_cast<const AlarmClock*>(&clock)), real_(io) {}

Timer::~Timer() { cancel(); }

void Timer::expires_at(TimePoint due) {
  cancel();
  due_ = due;
  if (!alarms_) real_.expires_at(std::chrono::time_point_cast<std::chrono::steady_clock::duration>(due));
}

void Timer::async_wait(TimerHandler handler) {
  if (!alarms_) return real_.async_wait(std::move(handler));
  alarm_ = alarms_->add({due_, std::move(handler)});
}

void Timer::cancel() {
  if (!alarms_) {
    real_.cancel();
    return;
  }
  const std::shared_ptr<AlarmClock::Alarm> alarm = alarm_.lock();
  if (!alarm || !alarm->handler) return;
  boost::asio::post(
      io_, [handler = std::exchange(alarm->handler, {})] { handler(boost::asio::error::operation_aborted); });
}

}  // namespace aerostat
