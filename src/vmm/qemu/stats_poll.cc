#include "vmm/qemu/stats_poll.h"

#include <algorithm>
#include <utility>

#include "vmm/qemu/qemu_answers.h"
#include "vmm/stats_age.h"

namespace aerostat {

namespace {

using nlohmann::json;

}  // namespace

void StatsPoll::start(std::string balloon) {
  balloon_ = std::move(balloon);
  running_ = std::make_shared<int>(0);
  ask();
}

void StatsPoll::stop() {
  running_.reset();
  timer_.cancel();
}

void StatsPoll::closely(bool often) {
  const Duration period = often ? kStatsClosely : kStatsAtRest;
  if (std::exchange(period_, period) <= period || !running_) return;
  start(balloon_);  // not after the rest of the long wait
}

void StatsPoll::after(Duration wait, std::function<void()> next) {
  timer_.expires_after(wait);
  timer_.async_wait(
      [next = std::move(next), mine = std::weak_ptr<int>(running_)](const boost::system::error_code& error) {
        if (!error && !mine.expired()) next();
      });
}

void StatsPoll::set_interval(int seconds) {
  client_.execute("qom-set",
                  {{"path", balloon_}, {"property", "guest-stats-polling-interval"}, {"value", seconds}},
                  [](const Result<json>&) {});
}

void StatsPoll::ask() {
  const TimePoint asked = clock_.now();
  const bool goes_on = std::exchange(news_, false);
  if (period_ == kStatsAtRest && goes_on) return read(asked);
  if (period_ == kStatsAtRest) {
    set_interval(1);
    return read(asked);
  }
  set_interval(0);
  set_interval(1);
  after(kStatsAnswer, [this, asked] { read(asked); });
}

void StatsPoll::read(TimePoint asked) {
  client_.execute("qom-get", {{"path", balloon_}, {"property", "guest-stats"}},
                  [this, asked, mine = std::weak_ptr<int>(running_)](const Result<json>& answer) {
                    if (mine.expired()) return;
                    if (answer) take(*answer, asked);
                    // A slow monitor is not asked more than it answers.
                    const Duration spent = clock_.now() - asked;
                    after(std::max(period_ - spent, Duration(kStatsAnswer)), [this] { ask(); });
                  });
}

// The same numbers within the same second are no news: nobody can tell whether the guest has answered.
void StatsPoll::take(const json& answer, TimePoint asked) {
  const auto stats = balloon_stats_of(answer);
  const bool forgets = std::exchange(forgets_, false);
  if (!stats || stats->updated == 0 || (stats->updated == updated_ && stats->sample == last_)) return;
  news_ = true;
  const bool first = updated_ == 0;
  updated_ = stats->updated;
  last_ = stats->sample;
  if (forgets) return;
  // Numbers from before the first request are as old as they claim.
  found_(last_, first ? clock_.now() - stats_age(updated_) : asked);
}

}  // namespace aerostat
