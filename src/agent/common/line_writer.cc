#include "agent/common/line_writer.h"

#include <charconv>
#include <cstring>

namespace aerostat::agent {

void LineWriter::begin(std::string_view type) {
  size_ = 0;
  overflow_ = false;
  put("{\"t\":\"");
  put(type);
  put_char('"');
}

void LineWriter::number(std::string_view name, std::int64_t value) {
  key(name);
  put_number(value);
}

void LineWriter::text(std::string_view name, std::string_view value, std::size_t most) {
  key(name);
  put_char('"');
  for (const char c : value.substr(0, most)) {
    if (c == '"' || c == '\\') put_char('\\');
    put_char(c >= ' ' && c <= '~' ? c : '?');
  }
  put_char('"');
}

void LineWriter::raw(std::string_view name, std::string_view json) {
  key(name);
  put(json);
}

std::string_view LineWriter::finish() {
  put("}\n");
  return overflow_ ? std::string_view{} : std::string_view(out_.data(), size_);
}

void LineWriter::put(std::string_view bytes) {
  if (overflow_ || size_ + bytes.size() > out_.size()) {
    overflow_ = true;
    return;
  }
  std::memcpy(out_.data() + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

void LineWriter::put_number(std::int64_t value) {
  std::array<char, 24> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{}) overflow_ = true;
  put(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

void LineWriter::key(std::string_view name) {
  put(",\"");
  put(name);
  put("\":");
}

}  // namespace aerostat::agent
