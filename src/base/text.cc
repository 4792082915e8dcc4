#include "base/text.h"

#include <algorithm>
#include <numeric>

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

// Optimal string alignment: insert, delete, replace, and swap of two neighbours each count one.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t kLongestWord = 64;  // what is longer is no typo, and the comparison is quadratic
  if (word.size() > kLongestWord) return std::nullopt;
  std::optional<std::string> best;
  std::size_t least = 3;
  for (const std::string& candidate : known) {
    // "min" for "minimum" is no slip of a finger, but as clear.
    if (candidate == word) continue;
    const bool starts = word.size() >= 3 && candidate.starts_with(word);
    const std::size_t distance = starts ? 1 : edits(word, candidate);
    if (distance < least && distance * 2 < candidate.size()) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view typed, const std::vector<std::string>& words) {
  const std::optional<std::string> word = nearest(typed, words);
  return word ? "; did you mean '" + *word + "'?" : "";
}

}  // namespace aerostat
