#include "agent/common/json_reader.h"

#include <charconv>

namespace aerostat::agent {

namespace {

constexpr int kDepthMost = 4;  // docs/design/protocol.md

class Cursor {
 public:
  explicit Cursor(std::string_view rest) : rest_(rest) {}

  void space() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t' || rest_[0] == '\r'))
      rest_.remove_prefix(1);
  }
  bool take(char c) {
    space();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool done() {
    space();
    return rest_.empty();
  }
  char peek() {
    space();
    return rest_.empty() ? '\0' : rest_[0];
  }

  // The characters between two quotes; escapes stay as they are.
  bool text(std::string_view& out) {
    if (!take('"')) return false;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (static_cast<unsigned char>(rest_[i]) < 0x20) return false;
      if (rest_[i] == '\\') {
        ++i;
        continue;
      }
      if (rest_[i] != '"') continue;
      out = rest_.substr(0, i);
      rest_.remove_prefix(i + 1);
      return true;
    }
    return false;
  }

  // A number; `whole` says whether it is an integer that fits.
  bool number(std::int64_t& out, bool& whole) {
    space();
    std::size_t length = 0;
    while (length < rest_.size() && is_number_char(rest_[length])) ++length;
    if (length == 0 || rest_[length - 1] < '0' || rest_[length - 1] > '9') return false;
    const std::string_view word = rest_.substr(0, length);
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), out);
    whole = error == std::errc{} && stop == word.data() + word.size();
    rest_.remove_prefix(length);
    return true;
  }

  bool word(std::string_view expected) {
    space();
    if (rest_.substr(0, expected.size()) != expected) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

 private:
  static bool is_number_char(char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
  }
  std::string_view rest_;
};

bool value(Cursor& in, JsonMember& out, int depth);

// The rest of an array or object after its opening bracket. An array of exactly two whole numbers becomes a
// Pair.
bool container(Cursor& in, JsonMember& out, bool object, int depth) {
  if (depth > kDepthMost) return false;
  const char close = object ? '}' : ']';
  if (in.take(close)) return true;
  std::array<std::int64_t, 2> numbers{};
  std::size_t count = 0;
  bool only_numbers = !object;
  do {
    std::string_view name;
    if (object && (!in.text(name) || !in.take(':'))) return false;
    JsonMember item;
    if (!value(in, item, depth)) return false;
    if (item.kind != JsonMember::Kind::Whole) only_numbers = false;
    if (count < numbers.size()) numbers[count] = item.number;
    ++count;
  } while (in.take(','));
  if (!in.take(close)) return false;
  if (only_numbers && count == numbers.size()) {
    out.kind = JsonMember::Kind::Pair;
    out.number = numbers[0];
    out.second = numbers[1];
  }
  return true;
}

bool value(Cursor& in, JsonMember& out, int depth) {
  switch (in.peek()) {
    case '"': out.kind = JsonMember::Kind::Text; return in.text(out.text);
    case '{': in.take('{'); return container(in, out, true, depth + 1);
    case '[': in.take('['); return container(in, out, false, depth + 1);
    case 't': return in.word("true");
    case 'f': return in.word("false");
    case 'n': return in.word("null");
    default: break;
  }
  bool whole = false;
  if (!in.number(out.number, whole)) return false;
  if (whole) out.kind = JsonMember::Kind::Whole;
  return true;
}

}  // namespace

bool JsonObject::read(std::string_view line) {
  count_ = 0;
  Cursor in(line);
  if (!in.take('{')) return false;
  if (in.take('}')) return in.done();
  do {
    JsonMember member;
    if (!in.text(member.name) || !in.take(':') || !value(in, member, 1)) return false;
    if (count_ < members_.size()) members_[count_++] = member;
  } while (in.take(','));
  return in.take('}') && in.done();
}

const JsonMember* JsonObject::find(std::string_view name, JsonMember::Kind kind) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (members_[i].name == name) return members_[i].kind == kind ? &members_[i] : nullptr;
  }
  return nullptr;
}

}  // namespace aerostat::agent
