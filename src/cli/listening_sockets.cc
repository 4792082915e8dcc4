#include "cli/listening_sockets.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <sstream>

namespace aerostat {

namespace {

constexpr std::uint32_t kListens = 0x10000;  // SO_ACCEPTCON in the column of flags

// "Num: RefCount Protocol Flags Type St Inode Path": the path is the rest of the line.
std::string listening_path(const std::string& line) {
  std::istringstream words(line);
  std::string number, references, protocol, type, state, inode, path;
  std::uint32_t flags = 0;
  words >> number >> references >> protocol >> std::hex >> flags >> type >> state >> inode;
  if (!words || (flags & kListens) == 0) return {};
  std::getline(words >> std::ws, path);
  return path;
}

}  // namespace

std::string first_listening(const std::vector<std::string>& paths, std::string_view table) {
  std::istringstream lines{std::string(table)};
  for (std::string line; std::getline(lines, line);) {
    const std::string path = listening_path(line);
    if (!path.empty() && std::find(paths.begin(), paths.end(), path) != paths.end()) return path;
  }
  return {};
}

std::string first_listening(const std::vector<std::string>& paths) {
  std::ifstream file("/proc/net/unix");
  std::ostringstream text;
  text << file.rdbuf();
  return first_listening(paths, text.str());
}

}  // namespace aerostat
