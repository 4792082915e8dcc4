#include "base/text.h"

#include <algorithm>

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

namespace {

// Letters left out, put in, exchanged, or swapped with the next one, to come from one to the other.
std::size_t letters_off(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> off(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        off[i][j] = i + j;
        continue;
      }
      const std::size_t exchanged = off[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      off[i][j] = std::min({off[i - 1][j] + 1, off[i][j - 1] + 1, exchanged});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        off[i][j] = std::min(off[i][j], off[i - 2][j - 2] + 1);
    }
  }
  return off[a.size()][b.size()];
}

}  // namespace

std::optional<std::string> meant(std::string_view typed, const std::vector<std::string>& words) {
  constexpr std::size_t kMostOff = 2;
  constexpr std::size_t kLongest = 64;
  std::optional<std::string> best;
  std::size_t least = std::min(kMostOff, (typed.size() - (typed.empty() ? 0 : 1)) / 2) + 1;
  for (const std::string& word : words) {
    if (word == typed || word.size() > kLongest || typed.size() > kLongest) continue;
    const std::size_t off = letters_off(typed, word);
    if (off >= least) continue;
    least = off;
    best = word;
  }
  return best;
}

std::string did_you_mean(std::string_view typed, const std::vector<std::string>& words) {
  const std::optional<std::string> word = meant(typed, words);
  return word ? "; did you mean '" + *word + "'?" : "";
}

}  // namespace aerostat
