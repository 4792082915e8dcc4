// Parts: the named components of a wanted size. They sum up to it, and people see them.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace aerostat {

enum class Part {
  Demand,
  Headroom,     // learned: for its bursts
  Block,        // room to add a memory block in
  Ahead,        // on top of a growth: so that the next one does not follow at once
  Buffer,       // the buffer that its owner asked for
  Floor,        // up to the level whose removal hurt lately
  Minimum,      // up to its owner's minimum
  Maximum,      // negative: cut off by its owner's maximum
  Startup,      // up to the startup memory that it is owed
  Held,         // what it holds and cannot give, or a lower bound of its unknown demand
  KernelShort,  // what it has, while memory for its kernel is short
  Rescue,       // what it has and more, while it has nearly nothing available
  Slack,        // up to the least that it can work with
  Offer,        // negative: not offered, because it took in nothing lately
  Unproven,     // negative: claimed, but neither within its share nor touched
};
inline constexpr std::size_t kParts = static_cast<std::size_t>(Part::Unproven) + 1;
// One word, stable: the API's name.
std::string_view part_name(Part part);

class Parts {
 public:
  void add(Part part, Bytes amount) { of_[static_cast<std::size_t>(part)] += amount, sum_ += amount; }
  // Adds a part for the amount that is missing to `level`, or negative for the excess above it.
  void bring_to(Part part, Bytes level) { add(part, level - sum_); }
  void raise_to(Part part, Bytes level) {
    if (sum_ < level) bring_to(part, level);
  }
  void cut_to(Part part, Bytes level) {
    if (sum_ > level) bring_to(part, level);
  }
  Bytes of(Part part) const { return of_[static_cast<std::size_t>(part)]; }
  Bytes sum() const { return sum_; }

 private:
  std::array<Bytes, kParts> of_{};
  Bytes sum_;
};

// Calls `tell(name, amount)` for each part that is not nothing, in their order.
template <typename Tell>
void each_part(const Parts& parts, Tell tell) {
  for (std::size_t i = 0; i < kParts; ++i) {
    const Part part = static_cast<Part>(i);
    if (parts.of(part) != Bytes{}) tell(part_name(part), parts.of(part));
  }
}

// "1024 MiB: 900 MiB demand + 124 MiB headroom for its bursts": whole MiB that add up as written.
std::string parts_text(const Parts& parts);

}  // namespace aerostat
