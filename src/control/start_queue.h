// StartQueue: VMs that are about to start, and what is done for them. A start waits for its turn, then
// gathers what running VMs give, and is ready when that is free. By weight, then by the time of asking;
// nobody overtakes a start that waits. What is promised stands in the books, so that nobody else gets it.
// Pure: the engine asks once a pass, and tells people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "control/books.h"
#include "model/start.h"

namespace aerostat {

struct Start {
  StartRequest request;
  int weight = kDefaultWeight;
  StartState state = StartState::Waiting;
  TimePoint asked_at{};
  std::optional<TimePoint> until;  // it then ends, if nothing happens before
  Bytes missing;                   // until it is ready
  std::string why;                 // it ended so
  std::optional<TimePoint> ended_at;
};

class StartQueue {
 public:
  // What ended stays listed for this long, so that whoever asked learns of it.
  static constexpr Duration kEndedListed = std::chrono::seconds(60);
  // No host has so many; a client that asks without end must not fill the daemon's memory.
  static constexpr std::size_t kMost = 1000;

  // Refuses a request that nobody could meet, whatever is free: for more than the host has for VMs, or for a
  // domain that is asked for by another name already: it would be started twice, or have memory twice.
  Result<void> admits(const StartRequest& request, const Books& books) const;
  // Takes the request, in place of an earlier one for the VM. One for no more memory keeps its place and
  // what it has. Refuses what it does not admit. A request that may not wait is promised its memory by this
  // call, or refused.
  Result<void> ask(StartRequest request, int weight, Books& books, TimePoint now);
  // What an earlier daemon had promised counts again, whatever is free.
  void restore(Start start, Books& books);
  // Nothing: no start of this VM waits, gathers or is ready.
  std::optional<Start> release(const std::string& vm, Books& books, TimePoint now);

  // It cannot start: why. Nothing is kept for it.
  void refuse(const std::string& vm, std::string why, Books& books, TimePoint now);

  // Brings every start forward. `spare`: what the host's kernel has left. Returns those that changed their
  // state.
  std::vector<Start> advance(Books& books, Bytes spare, TimePoint now);

  // A better sentence about a start that ended.
  void explain(const std::string& vm, std::string why);

  // In the order of asking; with those that ended lately.
  const std::vector<Start>& all() const { return starts_; }
  const Start* find(const std::string& vm) const;
  // That has not ended, for the same domain by another name; null: none.
  const Start* same_domain(const StartRequest& request) const;
  // Whose turn comes before that of a start that waits: "db", "db, web and 4 more". Empty: nobody's.
  std::string behind(const std::string& vm) const;

 private:
  bool asks_again(const StartRequest& request, int weight, Books& books, TimePoint now);
  void promise_in_turn(Books& books);
  void find_started(const Books& books, TimePoint now);
  void find_ready(Books& books, Bytes spare, TimePoint now);
  void end_late(Books& books, TimePoint now);

  std::vector<Start> starts_;
};

}  // namespace aerostat
