#include "api/event_routes.h"

#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <vector>

#include "api/event_texts.h"
#include "api/live_feed.h"
#include "base/text.h"

namespace aerostat {

namespace {

class EventStream final : public BodyStream {
 public:
  EventStream(EventTexts& events, std::uint64_t after) : events_(events), after_(after) {}
  SharedText next(std::size_t most) override { return events_.next(after_, most); }
  std::string_view sign_of_life() const override { return ": ping\n\n"; }

 private:
  EventTexts& events_;
  std::uint64_t after_;
};

// A number that no event has reached yet is from before a restart of the daemon: all events since are new.
std::uint64_t since_restart(const Manager& manager, std::uint64_t after) {
  if (after == 0 || !manager.events(after).empty()) return after;
  return newest_event(manager) < after ? 0 : after;
}

// What a reader has that comes back after its connection broke.
Result<std::optional<std::uint64_t>> last_event(const Call& call) {
  const auto found = call.request.headers.find("Last-Event-ID");
  if (found == call.request.headers.end() || found->second.empty()) return std::nullopt;
  std::uint64_t value = 0;
  const char* const end = found->second.data() + found->second.size();
  const auto [rest, error] = std::from_chars(found->second.data(), end, value);
  if (error == std::errc{} && rest == end) return since_restart(call.services.manager, value);
  return wrong("Last-Event-ID",
               fmt::format("Last-Event-ID '{}' is not the number of an event", printable(found->second, 40)));
}

ApiAnswer stream_of(std::shared_ptr<BodyStream> stream) {
  ApiAnswer out;
  out.content_type = "text/event-stream";
  out.stream = std::move(stream);
  return out;
}

}  // namespace

ApiAnswer get_events(const Call& call) {
  Result<std::uint64_t> after = number(call, "after", 0);
  if (!after) return error_answer(after.error());
  const Result<bool> follow = flag(call, "follow");
  if (!follow) return error_answer(follow.error());
  const Manager& manager = call.services.manager;
  after = since_restart(manager, *after);
  if (*follow) {
    const auto last = last_event(call);
    if (!last) return error_answer(last.error());
    return stream_of(std::make_shared<EventStream>(*call.services.events, last->value_or(*after)));
  }
  const std::vector<EventRecord> events = manager.events(*after);
  return list(list_json(events), events.empty() ? *after : events.back().seq);
}

ApiAnswer get_live(const Call& call) {
  const auto last = last_event(call);
  if (!last) return error_answer(last.error());
  return stream_of(call.services.live->reader(*last ? **last : newest_event(call.services.manager)));
}

}  // namespace aerostat
