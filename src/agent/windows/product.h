// Product: which Windows this is, from the numbers that it reports of itself. Pure and portable: the names
// are tested where there is no Windows. A number that a system does not have (GetProductInfo before Vista) is
// 0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aerostat::agent {

struct WindowsNumbers {
  std::uint32_t major = 0, minor = 0, build = 0;
  bool server = false;          // not a workstation
  std::uint32_t suites = 0;     // VER_SUITE_*
  std::uint32_t product = 0;    // of GetProductInfo
  bool second_release = false;  // SM_SERVERR2
};

// "Windows Server 2008 R2"; "Windows" for one that is not in the table.
std::string_view windows_name(const WindowsNumbers& numbers);
// "Enterprise"; empty if unknown.
std::string_view windows_edition(const WindowsNumbers& numbers);
// "enterprise,terminal"; written into `room`.
std::string_view windows_suites(std::uint32_t suites, std::array<char, 80>& room);
// PROCESSOR_ARCHITECTURE_*: "x64"; empty if unknown.
std::string_view windows_arch(std::uint32_t architecture);

}  // namespace aerostat::agent
