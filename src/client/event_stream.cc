#include "client/event_stream.h"

#include <utility>

namespace aerostat {

bool EventStream::take(std::string_view bytes, const TakeEvent& event) {
  while (true) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) break;
    line_ += bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    if (!take_line(std::exchange(line_, {}), event)) return false;
  }
  line_ += bytes;
  return true;
}

bool EventStream::take_line(std::string_view line, const TakeEvent& event) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) {
    const std::string kind = std::exchange(kind_, {}), data = std::exchange(data_, {});
    if (!std::exchange(has_data_, false)) return true;
    return event({kind.empty() ? std::string_view("message") : kind, data});
  }
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "event") kind_ = value;
  if (name == "data") {
    if (std::exchange(has_data_, true)) data_ += '\n';
    data_ += value;
  }
  return true;
}

}  // namespace aerostat
