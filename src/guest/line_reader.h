// LineReader: cuts a byte stream into lines, in constant memory. Host and agents use it. A line longer than
// the protocol allows is reported once and skipped to its end; nothing else is refused here.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace aerostat {

// The most bytes of one message, with its newline: docs/design/protocol.md. It also bounds what a peer can
// make us hold.
inline constexpr std::size_t kLineMost = 4096;

class LineReader {
 public:
  enum class Found { Nothing, Line, TooLong };
  struct Step {
    Found found = Found::Nothing;
    std::string_view line{};  // without its newline; valid until the next call, or until `bytes` goes away
  };

  // Takes from the front of `bytes` up to the end of one line. Nothing: all was taken, no line is complete
  // yet.
  Step next(std::string_view& bytes) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      const bool complete = end != std::string_view::npos;
      const std::string_view part = complete ? bytes.substr(0, end) : bytes;
      bytes.remove_prefix(complete ? end + 1 : bytes.size());
      if (skipping_) {
        skipping_ = !complete;
        continue;
      }
      if (size_ + part.size() + 1 > kLineMost) {
        skipping_ = !complete;
        size_ = 0;
        return {Found::TooLong, {}};
      }
      if (complete && size_ == 0) return {Found::Line, part};
      std::memcpy(held_.data() + size_, part.data(), part.size());
      size_ += part.size();
      if (!complete) continue;
      const std::size_t length = size_;
      size_ = 0;
      return {Found::Line, std::string_view(held_.data(), length)};
    }
    return {};
  }

  // Drops an unfinished line: the stream starts anew.
  void reset() {
    size_ = 0;
    skipping_ = false;
  }

 private:
  std::array<char, kLineMost> held_{};
  std::size_t size_ = 0;
  bool skipping_ = false;
};

}  // namespace aerostat
