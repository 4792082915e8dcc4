#include "top/picture.h"

#include "console/table.h"

namespace aerostat::top {

Line& Line::add(std::string_view text, Style style) {
  std::string fits = shortened(text, left());
  if (fits.empty()) return *this;
  used_ += width_of(fits);
  spans_.push_back({std::move(fits), style});
  return *this;
}

std::string Line::text() const {
  std::string out;
  for (const Span& span : spans_) out += span.text;
  return out;
}

}  // namespace aerostat::top
