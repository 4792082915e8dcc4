#include "event.h"

#include <array>
#include <cstdio>

namespace workload {

Event::Event(std::string_view name, std::int64_t at_ns) : text_("{\"event\":\"") {
  text_ += name;
  text_ += '"';
  add("ns", at_ns);
}

Event& Event::add(const char* name, std::int64_t value) {
  text_ += std::string(",\"") + name + "\":" + std::to_string(value);
  return *this;
}

// Characters that need escaping are replaced: the texts are commands and messages, not data.
Event& Event::add(const char* name, std::string_view text) {
  text_ += std::string(",\"") + name + "\":\"";
  for (const char c : text) text_ += c < ' ' || c > '~' || c == '"' || c == '\\' ? '?' : c;
  text_ += '"';
  return *this;
}

Event& Event::add_ms(const char* name, std::int64_t ns) {
  std::array<char, 32> number;
  std::snprintf(number.data(), number.size(), "%.2f", static_cast<double>(ns) / 1e6);
  text_ += std::string(",\"") + name + "\":" + number.data();
  return *this;
}

}  // namespace workload
