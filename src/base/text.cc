#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace aerostat {

namespace {

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

}  // namespace

std::string printable(std::string_view text, std::size_t most) {
  const bool cut = text.size() > most;
  std::string out;
  for (const char c : text.substr(0, most)) out += (c >= ' ' && c <= '~') ? c : '?';
  if (cut) out += "...";
  return out;
}

bool is_vm_name(std::string_view text) {
  if (text.empty() || text.size() > 64 || text.back() == ' ') return false;
  if (std::string_view(".- ").find(text.front()) != std::string_view::npos) return false;
  for (const char c : text) {
    if (!is_word(c) && std::string_view(" ._-+@()").find(c) == std::string_view::npos) return false;
  }
  return true;
}

std::string log_text(std::string_view text, std::size_t most) {
  std::string out = "\"";
  for (const char c : printable(text, most)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string log_word(std::string_view name) {
  const bool plain = !name.empty() && std::ranges::all_of(name, [](char c) {
    return is_word(c) || std::string_view("._-+@()/:").find(c) != std::string_view::npos;
  });
  return plain ? std::string(name) : log_text(name);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_word(c) || std::string_view("._-").find(c) != std::string_view::npos)
      out += c;
    else
      out += {'%', kDigits[byte / 16], kDigits[byte % 16]};
  }
  return out;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    unsigned byte = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

namespace {

// Optimal string alignment: insertions, deletions, replacements and swaps of two neighbours each count one.
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
  constexpr std::size_t kLongestWord = 64;  // longer words are no typos, and the comparison is quadratic
  if (word.size() > kLongestWord) return std::nullopt;
  std::optional<std::string> best;
  std::size_t least = 3;
  for (const std::string& candidate : known) {
    // "min" for "minimum" is no typing error, but just as clear.
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
