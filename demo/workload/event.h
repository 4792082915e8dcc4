// Event: one line of JSON, built member by member.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace workload {

class Event {
 public:
  // Starts with the name and the time.
  explicit Event(std::string_view name, std::int64_t at_ns);
  Event& add(const char* name, std::int64_t value);
  Event& add(const char* name, std::string_view text);
  Event& add_ms(const char* name, std::int64_t ns);
  std::string line() const { return text_ + "}"; }

 private:
  std::string text_;
};

}  // namespace workload
