// Where there is no libFuzzer: feeds the files and folders named on the command line to the target, once
// each.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "fuzz.h"

namespace {

void feed(const std::filesystem::path& file, int& count) {
  std::ifstream in(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  ++count;
}

}  // namespace

int main(int argc, char** argv) {
  int count = 0;
  for (int i = 1; i < argc; ++i) {
    const std::filesystem::path path = argv[i];
    if (argv[i][0] == '-') continue;  // an option of libFuzzer's
    if (!std::filesystem::is_directory(path)) {
      feed(path, count);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) feed(entry.path(), count);
    }
  }
  std::printf("%d inputs\n", count);
  return count > 0 ? 0 : 1;
}
