// Exit statuses of a command: done, refused or failed, wrong usage, daemon not reached.
#pragma once

#include "base/result.h"

namespace aerostat {

inline constexpr int kDone = 0, kFailed = 1, kUsage = 2, kNotReached = 3;

inline int status_of(const Error& error) {
  return error.kind == Error::Kind::Unavailable || error.kind == Error::Kind::Denied ? kNotReached : kFailed;
}

}  // namespace aerostat
