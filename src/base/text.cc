#include "base/text.h"

namespace aerostat {

std::string printable(std::string_view text, std::size_t most) {
  const bool cut = text.size() > most;
  std::string out;
  for (const char c : text.substr(0, most)) out += (c >= ' ' && c <= '~') ? c : '?';
  if (cut) out += "...";
  return out;
}

bool is_vm_name(std::string_view text) {
  if (text.empty() || text.size() > 64 || text.front() == '.' || text.front() == '-') return false;
  for (const char c : text) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!word && c != '.' && c != '_' && c != '-') return false;
  }
  return true;
}

}  // namespace aerostat
