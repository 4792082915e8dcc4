// EventTexts: events as they are sent to those who follow them. Each is rendered once for all readers, and
// not at all while nobody reads. Keeps at most as many as a Manager does.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "api/routes.h"
#include "control/manager.h"

namespace aerostat {

// One server-sent event: "id: 7\ndata: {…}\n\n".
std::string server_sent(const EventRecord& event);

// 0: there is none.
std::uint64_t newest_event(const Manager& manager);

class EventTexts {
 public:
  struct One {
    std::uint64_t seq;
    std::string text;
  };

  explicit EventTexts(const Manager& manager) : manager_(manager) {}

  // The events after a number, oldest first, as long as no other member is called.
  std::deque<One>::const_iterator after(std::uint64_t seq);
  std::deque<One>::const_iterator end() const { return all_.end(); }

  // The events after a number in one text, and moves the number: up to `most` bytes, but one event at least.
  // Null: there is none. What a slow reader has not taken yet stays with the Manager. Readers that are
  // equally far get the same bytes.
  SharedText next(std::uint64_t& after, std::size_t most);

 private:
  const Manager& manager_;
  std::uint64_t from_ = 0, to_ = 0;  // `all_` has all that the Manager had, after `from_` and up to `to_`
  std::deque<One> all_;
  // What the last reader got: after which event, up to which, out of how much.
  std::uint64_t given_from_ = 0, given_last_ = 0, given_to_ = 0;
  std::size_t given_most_ = 0;
  SharedText given_;
};

}  // namespace aerostat
