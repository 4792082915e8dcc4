// A reader for one flat JSON object, enough for the host's messages: whole numbers, short text, pairs of
// numbers. Bounded in depth and members; allocates nothing. Other valid JSON is skipped, everything else is
// refused.
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
  std::string_view text{};  // Text, with escapes as they are: only compared and shown
};

class JsonObject {
 public:
  // False if `line` is not one JSON object, or nests deeper than the protocol allows. The views point into
  // `line`.
  bool read(std::string_view line);
  const JsonMember* find(std::string_view name, JsonMember::Kind kind) const;

 private:
  static constexpr std::size_t kMembers = 16;  // four times as many as any message has; more are skipped
  std::array<JsonMember, kMembers> members_{};
  std::size_t count_ = 0;
};

}  // namespace aerostat::agent
