#include "agent/linux/notices.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace aerostat::agent {

void Notices::add(std::string_view what, std::string_view subject, int error) {
  const char* const text = strerrordesc_np(error);
  add(what, subject, text != nullptr ? text : "unknown error");
}

void Notices::add(std::string_view what, std::string_view subject, const char* why) {
  Notice made;
  std::snprintf(made.what.data(), made.what.size(), "%.*s", static_cast<int>(what.size()), what.data());
  std::snprintf(made.text.data(), made.text.size(), "%.*s: %s", static_cast<int>(subject.size()),
                subject.data(), why);
  if (made.what == last_.what && made.text == last_.text) return;
  last_ = made;
  std::fprintf(stderr, "aerostat-guest: %s: %s\n", made.what.data(), made.text.data());
  if (count_ == kept_.size()) drop();
  kept_[count_++] = made;
}

void Notices::drop() {
  if (count_ == 0) return;
  std::copy(kept_.begin() + 1, kept_.end(), kept_.begin());
  --count_;
}

}  // namespace aerostat::agent
