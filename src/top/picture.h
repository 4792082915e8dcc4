// Picture: what stands on the screen, as lines of styled text. Made by pure functions; a terminal, or a test,
// shows it. Each line fits the width it was made for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace aerostat::top {

enum class Style { Plain, Dim, Bold, Good, Warn, Bad, Chosen, FirstVm, SecondVm, Kept, Free };

struct Span {
  std::string text;
  Style style = Style::Plain;
};

class Line {
 public:
  explicit Line(std::size_t width) : width_(width) {}
  // What does not fit is cut; the cut is shown.
  Line& add(std::string_view text, Style style = Style::Plain);
  Line& spaces(std::size_t count) { return add(std::string(count, ' ')); }
  // The whole line looks as chosen.
  void choose() { chosen_ = true; }

  bool chosen() const { return chosen_; }
  std::size_t left() const { return width_ - used_; }
  const std::vector<Span>& spans() const { return spans_; }
  std::string text() const;

 private:
  std::size_t width_, used_ = 0;
  bool chosen_ = false;
  std::vector<Span> spans_;
};

struct Size {
  std::size_t rows = 24, columns = 80;
};

struct Picture {
  std::vector<Line> lines;
};

}  // namespace aerostat::top
