// A scenario's text: accepted, or refused with a sentence. It is not played.
#include "sim/scenario/scenario.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aerostat;
  const auto scenario = sim::parse_scenario(std::string(fuzz::text(data, size)), "fuzz.scenario");
  if (!scenario) fuzz::promise(!scenario.error().message.empty());
  return 0;
}
