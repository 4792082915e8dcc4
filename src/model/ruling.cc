#include "model/ruling.h"

#include <fmt/format.h>

namespace aerostat {

std::string clause(const Cut& cut) {
  const std::string bound = format_bytes(cut.bound);
  switch (cut.rail) {
    case Rail::NoSuchVm: return "there is no such VM";
    case Rail::Repeated: return "the plan says something else about the same VM";
    case Rail::NotMovable: return "it cannot be moved now";
    case Rail::LockOut: return "it was grown a moment ago";
    case Rail::Minimum: return "not below its minimum, " + bound;
    case Rail::Maximum: return "not above its maximum, " + bound;
    case Rail::FairShare:
      return fmt::format("it says it needs more than its fair share, {}, and the host sees {} in use", bound,
                         cut.seen ? format_bytes(*cut.seen) : "an unknown amount");
    case Rail::Commitment: return fmt::format("only {} of the capacity is free", bound);
    case Rail::HostsKernel: return fmt::format("the host's kernel has only {} left", bound);
  }
  return {};
}

}  // namespace aerostat
