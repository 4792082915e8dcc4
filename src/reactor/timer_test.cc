// Timers on a clock that a test moves: an hour passes at once.
#include "reactor/timer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reactor/simulated_clock.h"

namespace aerostat {
namespace {

using namespace std::chrono_literals;

class TimerTest : public ::testing::Test {
 protected:
  TimerHandler note(const std::string& name) {
    return [this, name](const boost::system::error_code& error) {
      heard.push_back(error ? name + " aborted" : name);
    };
  }
  boost::asio::io_context io;
  SimulatedClock clock{io};
  std::vector<std::string> heard;
};

using Heard = std::vector<std::string>;

TEST_F(TimerTest, RingsWhenItsTimeHasComeAndNotBefore) {
  Timer timer(io, clock);
  timer.expires_after(1h);
  timer.async_wait(note("hour"));
  clock.pass(59min);
  EXPECT_EQ(heard, Heard{});
  clock.pass(1min);
  EXPECT_EQ(heard, Heard{"hour"});
  clock.pass(2h);
  EXPECT_EQ(heard, Heard{"hour"});
}

TEST_F(TimerTest, RingInOrderAndSeeTheTimeThatTheyWaitedFor) {
  Timer late(io, clock), early(io, clock);
  const TimePoint start = clock.now();
  late.expires_after(2s);
  early.expires_after(1s);
  late.async_wait(note("late"));
  early.async_wait([&](const boost::system::error_code&) {
    EXPECT_EQ(clock.now(), start + 1s);
    heard.push_back("early");
    early.expires_after(500ms);
    early.async_wait(note("again"));
  });
  clock.pass(10s);
  EXPECT_EQ(heard, (Heard{"early", "again", "late"}));
  EXPECT_EQ(clock.now(), start + 10s);
}

TEST_F(TimerTest, SettingCancellingAndDestroyingAbortWhatWaits) {
  std::optional<Timer> timer(std::in_place, io, clock);
  for (const char* name : {"first", "second"}) {
    timer->expires_after(1s);
    timer->async_wait(note(name));
  }
  EXPECT_EQ(heard, Heard{});  // never inside a call
  clock.settle();
  EXPECT_EQ(heard, Heard{"first aborted"});
  timer->cancel();
  clock.settle();
  EXPECT_EQ(heard.back(), "second aborted");
  timer->expires_after(1s);
  timer->async_wait(note("third"));
  timer.reset();
  clock.pass(5s);
  EXPECT_EQ(heard, (Heard{"first aborted", "second aborted", "third aborted"}));
}

TEST_F(TimerTest, UntilStopsAtTheMomentThatItWaitsFor) {
  Timer timer(io, clock);
  const TimePoint start = clock.now();
  timer.expires_after(3s);
  timer.async_wait(note("there"));
  EXPECT_TRUE(clock.until([&] { return !heard.empty(); }));
  EXPECT_EQ(clock.now(), start + 3s);
  EXPECT_FALSE(clock.until([] { return false; }, 1s));
  EXPECT_EQ(clock.now(), start + 4s);
}

TEST_F(TimerTest, InRealTimeItIsAsiosTimer) {
  const RealClock real;
  Timer now(io, real), cancelled(io, real);
  now.expires_at(real.now());
  now.async_wait(note("now"));
  cancelled.expires_after(1h);
  cancelled.async_wait(note("hour"));
  cancelled.cancel();
  io.run();
  std::sort(heard.begin(), heard.end());
  EXPECT_EQ(heard, (Heard{"hour aborted", "now"}));
}

}  // namespace
}  // namespace aerostat
