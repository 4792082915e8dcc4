// LiveFeed: what people watch, as server-sent events: the state once, then what has changed, once a second,
// and events as they come. It is rendered once for all readers, and not at all while nobody reads. A reader
// that falls far behind gets the state again: what waits for it stays bounded.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "api/json.h"
#include "api/routes.h"
#include "base/clock.h"
#include "control/manager.h"
#include "reactor/timer.h"

namespace aerostat {

class LiveFeed : public std::enable_shared_from_this<LiveFeed> {
 public:
  // `news` is called when readers have something to fetch, from a handler of its own. All must outlive it.
  LiveFeed(boost::asio::io_context& io, const Clock& clock, const Manager& manager,
           std::function<WallTime()> wall, std::function<void()> news);

  // A reader whose events begin after a number.
  std::shared_ptr<BodyStream> reader(std::uint64_t after);
  // Asks the Manager nothing more.
  void stop();

 private:
  class Reader;
  friend class Reader;

  void tick();
  void render();
  std::string state();
  Json changed_vms(std::map<std::string, Json>& now);

  Timer timer_;
  const Manager& manager_;
  std::function<WallTime()> wall_;
  std::function<void()> news_;
  bool ticking_ = false;
  std::size_t readers_ = 0;

  std::uint64_t version_ = 0;       // of the newest rendering; 0: none
  std::deque<std::string> frames_;  // the changes up to it, newest last
  std::string state_;               // as text; empty until somebody wants it
  Json host_, reservations_;
  std::map<std::string, Json> vms_;
  std::string time_;
};

}  // namespace aerostat
