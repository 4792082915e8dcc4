#include "history_feed.h"

#include <chrono>
#include <utility>

#include "control/pass_pacer.h"

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
  std::map<std::string, Told> before = std::exchange(told_, {});
  for (const VmReport& vm : manager_.vms()) {
    moment.vms.emplace_back(vm.name, history::values_of(vm));
    told_[vm.name] = std::move(before[vm.name]);
    take_decisions(vm.name);
  }
  history_.add(std::move(moment));
  for (const EventRecord& event : manager_.events(last_event_)) {
    last_event_ = event.seq;
    history_.add(event);
  }
}

void HistoryFeed::take_decisions(const std::string& vm) {
  // One for each pass since the last look, and the one before, whose count may have risen.
  constexpr std::size_t kNewest = std::chrono::seconds(1) / kLeastBetweenPasses + 1;
  const auto newest = manager_.explain(vm, kNewest);
  if (!newest) return;
  Told& told = told_[vm];
  if (!newest->empty()) told.erase(told.begin(), told.lower_bound(newest->front().seq));
  for (const DecisionRecord& decision : *newest) {
    const auto [known, fresh] = told.try_emplace(decision.seq, decision.repeated, decision.result);
    // The count of the last one still rises; it is final when another follows.
    const bool final = &decision != &newest->back();
    auto& [repeated, result] = known->second;
    if (!fresh && result == decision.result && (!final || repeated == decision.repeated)) continue;
    repeated = decision.repeated;
    result = decision.result;
    history_.add(decision);
  }
}

}  // namespace aerostat
