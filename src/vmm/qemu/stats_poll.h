// StatsPoll: makes a guest's kernel refresh its balloon statistics, and reads them. QEMU by itself requests
// them at whole seconds at best, and reports only the second of a refresh. But an interval that is switched
// off and on again requests them at once. A closely watched guest is asked that way: the answer is read when
// it should be there, and dated to the request. If this daemon dies, QEMU continues by itself. It never waits
// for a guest. If nothing new arrives, the interval is set again: QEMU refused it, or someone else switched
// it off.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/clock.h"
#include "model/guest_sample.h"
#include "reactor/timer.h"
#include "vmm/qemu/qmp_client.h"

namespace aerostat {

// A guest that is managed by its statistics is asked this often. For others they are kept up to date, because
// they are valid for 5 s.
inline constexpr Duration kStatsClosely = std::chrono::milliseconds(200);
inline constexpr Duration kStatsAtRest = std::chrono::seconds(2);
// A guest under TCG has answered within this.
inline constexpr Duration kStatsAnswer = std::chrono::milliseconds(20);

class StatsPoll {
 public:
  using Found = std::function<void(const GuestSample&, TimePoint)>;

  // `found` is called from the reactor with each refreshed sample.
  StatsPoll(boost::asio::io_context& io, const Clock& clock, QmpClient& client, Found found)
      : clock_(clock), client_(client), found_(std::move(found)), timer_(io, clock) {}

  // The balloon's path in QEMU's object tree. Starts anew if it was running.
  void start(std::string balloon);
  void stop();
  void closely(bool often);
  // The guest was reset: numbers that its last life left behind are not passed on.
  void forget() { forgets_ = true; }

 private:
  void ask();
  void read(TimePoint asked);
  void take(const nlohmann::json& answer, TimePoint asked);
  void after(Duration wait, std::function<void()> next);
  void set_interval(int seconds);

  const Clock& clock_;
  QmpClient& client_;
  Found found_;
  std::string balloon_;
  Duration period_ = kStatsAtRest;
  std::uint64_t updated_ = 0;
  bool forgets_ = false;
  bool news_ = false;  // the last answer had some
  GuestSample last_;
  Timer timer_;
  std::shared_ptr<int> running_;  // recognises handlers of an earlier start
};

}  // namespace aerostat
