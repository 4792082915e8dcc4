// Functions and libraries that this Windows may not have; null if it does not. The program would not start
// with a direct import.
#pragma once

#include <windows.h>

#include <array>
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

// By a bare name Windows would first look in the folder of this program.
inline HMODULE load_system_library(const wchar_t* name) {
  std::array<wchar_t, 2 * MAX_PATH> path{};
  const UINT length = GetSystemDirectoryW(path.data(), MAX_PATH);
  if (length == 0 || length >= MAX_PATH || std::wcslen(name) + 1 >= MAX_PATH) return nullptr;
  path[length] = L'\\';
  std::memcpy(path.data() + length + 1, name, std::wcslen(name) * sizeof *name);
  return LoadLibraryW(path.data());
}

}  // namespace aerostat::agent
