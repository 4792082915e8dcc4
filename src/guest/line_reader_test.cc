#include "guest/line_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace aerostat {
namespace {

// Everything the reader finds in `bytes`, fed `chunk` bytes at a time; a line too long shows as "TOO LONG".
std::vector<std::string> read_all(LineReader& reader, std::string_view bytes, std::size_t chunk) {
  std::vector<std::string> found;
  while (!bytes.empty()) {
    std::string_view part = bytes.substr(0, chunk);
    bytes.remove_prefix(part.size());
    for (auto step = reader.next(part); step.found != LineReader::Found::Nothing; step = reader.next(part)) {
      found.push_back(step.found == LineReader::Found::Line ? std::string(step.line) : "TOO LONG");
    }
  }
  return found;
}

TEST(LineReader, FindsTheSameLinesHoweverTheBytesArrive) {
  const std::string longest(kLineMost - 1, 'x');
  const std::string stream = "a\n\nbcd\n" + longest + "\n" + longest + "y\n" + "end\nrest";
  for (const std::size_t chunk : {1, 2, 7, 4095, 4096, 100000}) {
    LineReader reader;
    EXPECT_EQ(read_all(reader, stream, chunk),
              (std::vector<std::string>{"a", "", "bcd", longest, "TOO LONG", "end"}))
        << chunk;
  }
}

TEST(LineReader, ReportsAnEndlessLineOnceAndGoesOnAfterIt) {
  LineReader reader;
  const std::string flood(1 << 20, 'x');
  EXPECT_EQ(read_all(reader, flood, 4096), std::vector<std::string>{"TOO LONG"});
  EXPECT_EQ(read_all(reader, flood, 999), std::vector<std::string>{});
  EXPECT_EQ(read_all(reader, "x\nhello\n", 999), std::vector<std::string>{"hello"});
}

TEST(LineReader, ForgetsAnUnfinishedLineWhenTheStreamStartsAnew) {
  LineReader reader;
  EXPECT_TRUE(read_all(reader, "half a li", 100).empty());
  reader.reset();
  EXPECT_EQ(read_all(reader, "whole\n", 100), std::vector<std::string>{"whole"});
}

}  // namespace
}  // namespace aerostat
