// The configuration file: accepted, or refused with sentences.
#include "config/config.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aerostat;
  const auto config = parse_config(fuzz::text(data, size), "fuzz.toml");
  if (!config) {
    fuzz::promise(!config.error().message.empty());
    return 0;
  }
  for (const auto& [name, vm] : config->vms) (void)config->settings_of(name);
  return 0;
}
