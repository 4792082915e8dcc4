// LineWriter: builds one JSON message in a fixed buffer, without allocation, so that it works without free
// memory. A message that would exceed the protocol's line is refused as a whole: finish() is then empty.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "agent/common/reading.h"
#include "guest/line_reader.h"

namespace aerostat::agent {

class LineWriter {
 public:
  // Starts a message: {"t":"<type>"
  void begin(std::string_view type);
  void number(std::string_view name, std::int64_t value);
  void number(std::string_view name, const Number& value) {
    if (value) number(name, *value);
  }
  // Keeps printable ASCII; any other character becomes '?'; at most `most` characters.
  void text(std::string_view name, std::string_view value, std::size_t most = 200);
  // ,"<name>":<json>  The caller guarantees that it is valid JSON.
  void raw(std::string_view name, std::string_view json);
  // Ends the message. It is valid until the next begin().
  std::string_view finish();

 private:
  void put(std::string_view bytes);
  void put_char(char c) { put(std::string_view(&c, 1)); }
  void put_number(std::int64_t value);
  void key(std::string_view name);

  std::array<char, kLineMost> out_{};
  std::size_t size_ = 0;
  bool overflow_ = false;
};

}  // namespace aerostat::agent
