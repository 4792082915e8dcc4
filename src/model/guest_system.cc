#include "model/guest_system.h"

namespace aerostat {

std::string guest_system_text(const GuestSystem& system) {
  std::string text;
  const auto add = [&](const std::string& word) {
    if (!word.empty()) text += (text.empty() ? "" : " ") + word;
  };
  // Of Linux the kernel decides what can be done with its memory. Of Windows it is the product.
  if (system.os != "windows" || system.name.empty()) {
    add(system.os);
    add(system.release);
    return text;
  }
  add(system.name);
  add(system.edition);
  if (system.service_pack.value_or(0) > 0) add("SP" + std::to_string(*system.service_pack));
  add(system.arch);
  return text;
}

}  // namespace aerostat
