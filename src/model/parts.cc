#include "model/parts.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace aerostat {

namespace {

std::string_view words_for(Part part) {
  switch (part) {
    case Part::Demand: return "demand";
    case Part::Headroom: return "headroom for its bursts";
    case Part::Block: return "to add a memory block in";
    case Part::Ahead: return "ahead of its growth";
    case Part::Buffer: return "buffer that its owner asked for";
    case Part::Floor: return "up to the level that hurt lately";
    case Part::Minimum: return "up to its owner's minimum";
    case Part::Maximum: return "beyond its maximum";
    case Part::Startup: return "startup memory that it is owed";
    case Part::Held: return "it holds and keeps";
    case Part::KernelShort: return "kept while memory for its kernel is short";
    case Part::Rescue: return "because it has nearly nothing available";
    case Part::Slack: return "slack that it needs to work";
    case Part::Offer: return "not offered, because it took in nothing lately";
    case Part::Unproven: return "not believed, above its fair share and what the host sees it use";
  }
  return "?";
}

}  // namespace

std::string_view part_name(Part part) {
  switch (part) {
    case Part::Demand: return "demand";
    case Part::Headroom: return "headroom";
    case Part::Block: return "block";
    case Part::Ahead: return "ahead";
    case Part::Buffer: return "buffer";
    case Part::Floor: return "floor";
    case Part::Minimum: return "minimum";
    case Part::Maximum: return "maximum";
    case Part::Startup: return "startup";
    case Part::Held: return "held";
    case Part::KernelShort: return "kernel";
    case Part::Rescue: return "rescue";
    case Part::Slack: return "slack";
    case Part::Offer: return "offer";
    case Part::Unproven: return "unproven";
  }
  return "?";
}

std::string parts_text(const Parts& parts) {
  const auto mib = [](Bytes amount) { return std::llround(amount.to_mib()); };
  std::string text;
  Bytes sum;
  for (std::size_t i = 0; i < kParts; ++i) {
    const Part part = static_cast<Part>(i);
    // Rounded with the sum so far, so that rounding errors do not add up.
    const auto shown = mib(sum + parts.of(part)) - mib(sum);
    sum += parts.of(part);
    if (shown == 0) continue;
    const std::string_view sign = shown < 0 ? (text.empty() ? "-" : " - ") : (text.empty() ? "" : " + ");
    text += fmt::format("{}{} MiB {}", sign, std::abs(shown), words_for(part));
  }
  return fmt::format("{} MiB{}{}", mib(sum), text.empty() ? "" : ": ", text);
}

}  // namespace aerostat
