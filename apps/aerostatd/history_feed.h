// HistoryFeed: once a second, hands the numbers of the host and of all VMs to the history.
#pragma once

#include <boost/asio/io_context.hpp>

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

 private:
  void take();

  const Manager& manager_;
  history::History& history_;
  Timer timer_;
};

}  // namespace aerostat
