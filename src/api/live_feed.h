// LiveFeed: what people watch, as server-sent events: the state once, then once a second what has changed and
// what happened. It is rendered once for all readers, who share the bytes, and not at all while nobody reads.
// A reader that falls far behind gets the state again: what waits for it stays bounded.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api/event_texts.h"
#include "api/json.h"
#include "api/routes.h"
#include "base/clock.h"
#include "control/manager.h"
#include "history/reader.h"
#include "reactor/timer.h"

namespace aerostat {

class LiveFeed : public std::enable_shared_from_this<LiveFeed> {
 public:
  // `news` is called when readers have something to fetch, from a handler of its own. All must outlive it.
  // `history`: null if nobody keeps it.
  LiveFeed(boost::asio::io_context& io, const Clock& clock, const Manager& manager,
           const HistoryReader* history, EventTexts& events, std::function<WallTime()> wall,
           std::function<void()> news);

  // A reader whose events begin after a number.
  std::shared_ptr<BodyStream> reader(std::uint64_t after);
  // Asks the Manager nothing more.
  void stop();

 private:
  class Reader;
  friend class Reader;

  // What has changed since the rendering before, and then the events since.
  struct Frame {
    SharedText text;
    std::vector<std::pair<std::uint64_t, std::size_t>> at;  // where in the text each event begins
    // Without the events up to one that a reader has.
    SharedText without(std::uint64_t seen) const;
  };

  void tick();
  void render();
  const SharedText& state();
  Json changed_vms(std::map<std::string, Json>& now);

  Timer timer_;
  const Manager& manager_;
  const HistoryReader* history_;
  EventTexts& events_;
  std::function<WallTime()> wall_;
  std::function<void()> news_;
  bool ticking_ = false;
  std::size_t readers_ = 0;

  std::uint64_t version_ = 0;  // of the newest rendering; 0: none
  std::uint64_t told_ = 0;     // the last event in it, or before it
  std::deque<Frame> frames_;   // the changes up to it, newest last
  SharedText state_;           // null until somebody wants it
  Json host_, reservations_;
  std::map<std::string, Json> vms_;
  std::string time_;
};

}  // namespace aerostat
