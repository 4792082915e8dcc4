#include "api/event_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "api/json.h"

namespace aerostat {

namespace {

// As many as the Manager keeps.
constexpr std::size_t kKept = 1000;

}  // namespace

std::string server_sent(const EventRecord& event) {
  return fmt::format("id: {}\ndata: {}\n\n", event.seq, dump(to_json(event)));
}

std::uint64_t newest_event(const Manager& manager) {
  const std::vector<EventRecord> all = manager.events(0);
  return all.empty() ? 0 : all.back().seq;
}

std::deque<EventTexts::One>::const_iterator EventTexts::after(std::uint64_t seq) {
  // Nobody read for a while, or this reader is further behind than all others: begin with what it lacks.
  if (seq < from_ || seq > to_) {
    all_.clear();
    from_ = to_ = seq;
  }
  for (const EventRecord& event : manager_.events(to_)) {
    all_.push_back({event.seq, server_sent(event)});
    to_ = event.seq;
  }
  while (all_.size() > kKept) {
    from_ = all_.front().seq;
    all_.pop_front();
  }
  return std::upper_bound(all_.begin(), all_.end(), seq,
                          [](std::uint64_t n, const One& one) { return n < one.seq; });
}

SharedText EventTexts::next(std::uint64_t& after, std::size_t most) {
  auto one = this->after(after);
  if (one == all_.end()) return nullptr;
  const bool same = given_ && given_from_ == after && given_most_ == most && given_to_ == to_;
  if (!same) {
    given_from_ = after;
    std::string text;
    while (one != all_.end() && (text.empty() || text.size() + one->text.size() <= most))
      text += (one++)->text;
    given_ = std::make_shared<const std::string>(std::move(text));
    given_to_ = to_;
    given_most_ = most;
    given_last_ = std::prev(one)->seq;
  }
  after = given_last_;
  return given_;
}

}  // namespace aerostat
