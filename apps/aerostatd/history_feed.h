// HistoryFeed: once a second, hands the numbers of the host and of all VMs to the history, with new events
// and decisions.
#pragma once

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "control/manager.h"
#include "history/history.h"
#include "reactor/timer.h"

namespace aerostat {

class HistoryFeed {
 public:
  // All must outlive it.
  HistoryFeed(boost::asio::io_context& io, const Clock& clock, const Manager& manager,
              history::History& history);
  void start();
  // Out of turn, before the daemon ends.
  void take();

 private:
  void take_decisions(const std::string& vm);

  const Manager& manager_;
  history::History& history_;
  Timer timer_;
  std::uint64_t last_event_ = 0;
  // Of the newest decisions of each VM, by number: the count and the result that were handed over.
  using Told = std::map<std::uint64_t, std::pair<std::uint64_t, std::string>>;
  std::map<std::string, Told> told_;
};

}  // namespace aerostat
