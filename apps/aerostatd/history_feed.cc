#include "history_feed.h"

#include <chrono>

namespace aerostat {

HistoryFeed::HistoryFeed(boost::asio::io_context& io, const Clock& clock, const Manager& manager,
                         history::History& history)
    : manager_(manager), history_(history), timer_(io, clock) {}

// In the middle of a second, so that a little jitter neither skips one nor takes it twice.
void HistoryFeed::start() {
  using std::chrono::milliseconds;
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const auto past = std::chrono::duration_cast<milliseconds>(since).count() % 1000;
  timer_.expires_after(milliseconds(past < 500 ? 500 - past : 1500 - past));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    take();
    start();
  });
}

void HistoryFeed::take() {
  history::Moment moment;
  moment.time =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  moment.host = history::values_of(manager_.host());
  for (const VmReport& vm : manager_.vms()) moment.vms.emplace_back(vm.name, history::values_of(vm));
  history_.add(std::move(moment));
}

}  // namespace aerostat
