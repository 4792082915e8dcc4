// Parts: what a wanted size is made of. Its parts sum up to it, each has a name, and people see them.
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
  Ahead,        // of what grows: not to be back at once
  Buffer,       // more, which its owner asked for
  Floor,        // up to what hurt lately, when it was taken
  Minimum,      // up to its owner's minimum
  Maximum,      // negative: what its owner's maximum cuts off
  Startup,      // up to the startup memory that it is owed
  Held,         // what it holds and cannot give, or what its demand is not known to be less than
  KernelShort,  // what it has, while memory for its kernel is short
  Rescue,       // what it has and more, while it has nearly nothing available
  Slack,        // up to the least that it can work with
  Offer,        // negative: it took in nothing of late, and is not offered more
  Unproven,     // negative: it says so, and neither has it by right nor touched as much
};
inline constexpr std::size_t kParts = static_cast<std::size_t>(Part::Unproven) + 1;
// One word, stable: the API's.
std::string_view part_name(Part part);

class Parts {
 public:
  void add(Part part, Bytes amount) { of_[static_cast<std::size_t>(part)] += amount, sum_ += amount; }
  // What is missing to `level`, or too much for it, is this part.
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

// "1024 MiB: 900 MiB demand + 124 MiB headroom for its bursts": in whole MiB that add up as they are written.
std::string parts_text(const Parts& parts);

}  // namespace aerostat
