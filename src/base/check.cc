#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace aerostat {

void check_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "aerostat: broken invariant: %s (%s:%d)\n", what, file, line);
  std::abort();
}

}  // namespace aerostat
