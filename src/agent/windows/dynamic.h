// A function that this Windows may not have; null if it does not. The program would not start with a direct
// import.
#pragma once

#include <windows.h>

#include <cstring>

namespace aerostat::agent {

template <typename Function>
Function look_up(HMODULE module, const char* name) {
  Function out = nullptr;
  if (module == nullptr) return out;
  const FARPROC found = GetProcAddress(module, name);
  static_assert(sizeof found == sizeof out);
  std::memcpy(&out, &found, sizeof out);
  return out;
}

}  // namespace aerostat::agent
