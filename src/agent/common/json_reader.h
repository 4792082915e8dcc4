// A reader for one flat JSON object, enough for the host's messages: whole numbers, short text, pairs of
// numbers. Bounded in depth and members, allocates nothing. Anything else that is valid JSON is skipped; the
// rest is refused.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace aerostat::agent {

struct JsonMember {
  enum class Kind { Whole, Text, Pair, Other };
  std::string_view name;
  Kind kind = Kind::Other;
  std::int64_t number = 0;  // Whole, and the first of a Pair
  std::int64_t second = 0;  // the second of a Pair
  std::string_view text{};  // Text, escapes not undone: only compared and shown
};

class JsonObject {
 public:
  // False when `line` is not one JSON object, or nests deeper than the protocol allows. The views point into
  // `line`.
  bool read(std::string_view line);
  const JsonMember* find(std::string_view name, JsonMember::Kind kind) const;

 private:
  static constexpr std::size_t kMembers = 16;  // four times what any message has; more are skipped
  std::array<JsonMember, kMembers> members_{};
  std::size_t count_ = 0;
};

}  // namespace aerostat::agent
