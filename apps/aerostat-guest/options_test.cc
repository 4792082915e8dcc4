// The command line of the guest's program. Nothing is run: without arguments it would be the service.
#include "options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace aerostat::agent {
namespace {

using Do = CommandLine::Do;

// The words must outlive what was read.
CommandLine read(std::vector<std::string>& words) {
  static std::string name = "aerostat-guest";
  std::vector<char*> all{name.data()};
  for (std::string& word : words) all.push_back(word.data());
  return read_command_line(static_cast<int>(all.size()), all.data());
}

TEST(GuestOptions, NoArgumentsAreTheService) {
  std::vector<std::string> none;
  EXPECT_EQ(read(none).what, Do::Run);
}

TEST(GuestOptions, WhatOnlyARecordingHasNeverStartsTheService) {
  for (std::vector<std::string> words : std::vector<std::vector<std::string>>{{"--every", "100ms"},
                                                                              {"--every", "200ms"},
                                                                              {"--every=200ms"},
                                                                              {"--for", "90s"},
                                                                              {"--cgroup", "/x"},
                                                                              {"--force"},
                                                                              {"--no-online", "--force"}}) {
    const CommandLine line = read(words);
    EXPECT_EQ(line.what, Do::Complain) << words[0];
    EXPECT_NE(std::string(line.complaint).find("--record FILE"), std::string::npos) << line.complaint;
    EXPECT_TRUE(line.culprit.starts_with("--")) << line.culprit;
  }
  std::vector<std::string> two{"--every", "1s", "--force"};
  EXPECT_EQ(read(two).culprit, "--every") << "the first of them is named";
}

TEST(GuestOptions, ARecordingTakesThemInAnyOrder) {
  std::vector<std::string> words{"--every", "100ms", "--force", "--record", "x.csv", "--for=2h"};
  const CommandLine line = read(words);
  EXPECT_EQ(line.what, Do::Record) << line.complaint;
  EXPECT_STREQ(line.record.file, "x.csv");
  EXPECT_EQ(line.record.every_ns, 100'000'000);
  EXPECT_TRUE(line.record.force);
}

TEST(GuestOptions, ValuesThatAreNoneAreRefused) {
  for (std::vector<std::string> words :
       std::vector<std::vector<std::string>>{{"--record", "x.csv.gz"},
                                             {"--record", "x", "--every", "nan"},
                                             {"--record", "x", "--every", "5"},
                                             {"--record", "x", "--for", "infs"},
                                             {"--record"},
                                             {"--record="},
                                             {"--sample-ms", "nan"},
                                             {"--nonsense"}})
    EXPECT_EQ(read(words).what, Do::Complain) << words[0];
}

}  // namespace
}  // namespace aerostat::agent
