#include "agent/windows/product.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace aerostat::agent {
namespace {

std::string named(const WindowsNumbers& n) {
  std::string text(windows_name(n));
  if (const std::string_view edition = windows_edition(n); !edition.empty())
    text += " " + std::string(edition);
  return text;
}

TEST(Product, NamesEveryGuestOfTheOriginal) {
  const auto server = [](std::uint32_t major, std::uint32_t minor, std::uint32_t build,
                         std::uint32_t product) {
    return named({.major = major, .minor = minor, .build = build, .server = true, .product = product});
  };
  const auto desk = [](std::uint32_t major, std::uint32_t minor, std::uint32_t build, std::uint32_t product) {
    return named({.major = major, .minor = minor, .build = build, .product = product});
  };
  EXPECT_EQ(server(6, 1, 7601, 0x07), "Windows Server 2008 R2 Standard");
  EXPECT_EQ(server(6, 1, 7601, 0x11), "Windows Server 2008 R2 Web");
  EXPECT_EQ(server(6, 1, 7601, 0x0A), "Windows Server 2008 R2 Enterprise");
  EXPECT_EQ(server(6, 1, 7601, 0x0C), "Windows Server 2008 R2 Datacenter") << "core";
  EXPECT_EQ(desk(6, 1, 7601, 0x01), "Windows 7 Ultimate");
  EXPECT_EQ(desk(6, 1, 7600, 0x04), "Windows 7 Enterprise");
  EXPECT_EQ(server(6, 0, 6002, 0x24), "Windows Server 2008 Standard") << "without Hyper-V";
  EXPECT_EQ(desk(6, 0, 6001, 0x01), "Windows Vista Ultimate");
  EXPECT_EQ(server(6, 2, 9200, 0x07), "Windows Server 2012 Standard");
  EXPECT_EQ(server(6, 3, 9600, 0x08), "Windows Server 2012 R2 Datacenter");
  EXPECT_EQ(desk(6, 3, 9600, 0x30), "Windows 8.1 Professional");
  EXPECT_EQ(server(10, 0, 14393, 0x07), "Windows Server 2016 Standard");
  EXPECT_EQ(server(10, 0, 17763, 0x08), "Windows Server 2019 Datacenter");
  EXPECT_EQ(server(10, 0, 20348, 0x08), "Windows Server 2022 Datacenter");
  EXPECT_EQ(server(10, 0, 26100, 0x07), "Windows Server 2025 Standard");
  EXPECT_EQ(desk(10, 0, 19045, 0x30), "Windows 10 Professional");
  EXPECT_EQ(desk(10, 0, 22631, 0x65), "Windows 11 Home");
}

// The table of guests lists editions. What is left out of one changes nothing there.
TEST(Product, NamesAnEditionWhateverIsLeftOutOfIt) {
  const std::pair<const char*, std::vector<std::uint32_t>> editions[] = {
      {"Standard", {0x0D, 0x24, 0x28}},                  // core, without Hyper-V, both
      {"Enterprise", {0x0E, 0x26, 0x29}},                // the same
      {"Datacenter", {0x0C, 0x25, 0x27, 0x197, 0x198}},  // the last two: the Azure edition
      {"Azure Stack HCI", {0x196}},
      {"Web", {0x1D}},
      {"Ultimate", {0x1C}},  // N: without the media player
      {"Enterprise", {0x1B}}};
  for (const auto& [name, products] : editions)
    for (const std::uint32_t product : products)
      EXPECT_EQ(windows_edition({.major = 6, .minor = 1, .product = product}), name) << product;
}

// Before Vista there is no GetProductInfo: the suites tell.
TEST(Product, NamesServer2003ByItsSuites) {
  WindowsNumbers n{.major = 5, .minor = 2, .build = 3790, .server = true};
  EXPECT_EQ(named(n), "Windows Server 2003 Standard");
  n.suites = 0x2 | 0x10;
  n.second_release = true;
  EXPECT_EQ(named(n), "Windows Server 2003 R2 Enterprise");
  n.suites = 0x400;
  EXPECT_EQ(named(n), "Windows Server 2003 R2 Web");
  n.suites = 0x80 | 0x2;
  EXPECT_EQ(named(n), "Windows Server 2003 R2 Datacenter");
  n.server = false;
  n.suites = 0x100;
  EXPECT_EQ(named(n), "Windows XP Professional");
}

TEST(Product, GuessesNothing) {
  EXPECT_EQ(named({.major = 12, .minor = 0}), "Windows");
  EXPECT_EQ(named({.major = 10, .minor = 0, .build = 19045, .product = 0xABCDABCD}), "Windows 10");
  EXPECT_EQ(windows_arch(77), "");
}

TEST(Product, ListsSuitesAndArchitectures) {
  std::array<char, 80> room{};
  EXPECT_EQ(windows_suites(0x2 | 0x10, room), "enterprise,terminal");
  EXPECT_EQ(windows_suites(0, room), "");
  EXPECT_LE(windows_suites(0xFFFFFFFF, room).size(), room.size()) << "what has no room is left out";
  EXPECT_NE(windows_suites(0xFFFFFFFF, room).back(), ',');
  EXPECT_EQ(windows_arch(9), "x64");
  EXPECT_EQ(windows_arch(0), "x86");
  EXPECT_EQ(windows_arch(12), "arm64");
}

}  // namespace
}  // namespace aerostat::agent
