// EventStream: takes the bytes of server-sent events as they come, and passes on whole events. Takes any
// text.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace aerostat {

struct StreamEvent {
  std::string_view kind;  // "message" if the daemon named none
  std::string_view data;
};
// False: that was enough.
using TakeEvent = std::function<bool(const StreamEvent&)>;

class EventStream {
 public:
  // False: `event` has had enough; the rest is dropped.
  bool take(std::string_view bytes, const TakeEvent& event);
  // What waits for the rest of its event.
  std::size_t waiting() const { return line_.size() + data_.size(); }

 private:
  bool take_line(std::string_view line, const TakeEvent& event);

  std::string line_;  // without its end yet
  std::string kind_, data_;
  bool has_data_ = false;
};

}  // namespace aerostat
