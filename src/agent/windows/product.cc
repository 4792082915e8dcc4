#include "agent/windows/product.h"

#include <cstring>

namespace aerostat::agent {

namespace {

// From which build on a version has this name. The first that fits is taken.
struct Named {
  std::uint32_t major, minor, build;
  std::string_view workstation, server;
};
constexpr Named kNames[] = {
    {10, 0, 26100, "Windows 11", "Windows Server 2025"},
    {10, 0, 22000, "Windows 11", "Windows Server 2022"},
    {10, 0, 20348, "Windows 10", "Windows Server 2022"},
    {10, 0, 17763, "Windows 10", "Windows Server 2019"},
    {10, 0, 0, "Windows 10", "Windows Server 2016"},
    {6, 3, 0, "Windows 8.1", "Windows Server 2012 R2"},
    {6, 2, 0, "Windows 8", "Windows Server 2012"},
    {6, 1, 0, "Windows 7", "Windows Server 2008 R2"},
    {6, 0, 0, "Windows Vista", "Windows Server 2008"},
    {5, 2, 0, "Windows XP", "Windows Server 2003"},
    {5, 1, 0, "Windows XP", "Windows XP"},
};

// VER_SUITE_* of the SDK's documentation of OSVERSIONINFOEX.
constexpr std::uint32_t kEnterprise = 0x2, kDatacenter = 0x80, kPersonal = 0x200, kWeb = 0x400;
struct Suite {
  std::uint32_t bit;
  std::string_view name;
};
constexpr Suite kSuites[] = {
    {0x1, "smallbusiness"}, {kEnterprise, "enterprise"}, {0x4, "backoffice"},   {0x10, "terminal"},
    {0x40, "embedded"},     {kDatacenter, "datacenter"}, {0x100, "singleuser"}, {kPersonal, "personal"},
    {kWeb, "web"},          {0x2000, "storage"},         {0x4000, "compute"},   {0x8000, "homeserver"},
};

// PRODUCT_* of the SDK's documentation of GetProductInfo. Editions that differ in what is left out (N,
// without Hyper-V, core, evaluation) have the same limits of memory, so they have one name.
struct Edition {
  std::uint32_t product;
  std::string_view name;
};
constexpr Edition kEditions[] = {
    {0x01, "Ultimate"},
    {0x1C, "Ultimate"},
    {0x02, "Home Basic"},
    {0x05, "Home Basic"},
    {0x03, "Home Premium"},
    {0x1A, "Home Premium"},
    {0x04, "Enterprise"},
    {0x1B, "Enterprise"},
    {0x48, "Enterprise"},
    {0x54, "Enterprise"},
    {0x06, "Business"},
    {0x10, "Business"},
    {0x07, "Standard"},
    {0x0D, "Standard"},
    {0x24, "Standard"},
    {0x28, "Standard"},
    {0x4F, "Standard"},
    {0x92, "Standard"},
    {0x08, "Datacenter"},
    {0x0C, "Datacenter"},
    {0x25, "Datacenter"},
    {0x27, "Datacenter"},
    {0x50, "Datacenter"},
    {0x91, "Datacenter"},
    {0x197, "Datacenter"},
    {0x198, "Datacenter"},
    {0x196, "Azure Stack HCI"},
    {0x0A, "Enterprise"},
    {0x0E, "Enterprise"},
    {0x26, "Enterprise"},
    {0x29, "Enterprise"},
    {0x09, "Small Business"},
    {0x0B, "Starter"},
    {0x2F, "Starter"},
    {0x11, "Web"},
    {0x1D, "Web"},
    {0x12, "HPC"},
    {0x13, "Home Server"},
    {0x14, "Storage"},
    {0x15, "Storage"},
    {0x16, "Storage"},
    {0x17, "Storage"},
    {0x18, "Small Business"},
    {0x21, "Foundation"},
    {0x2A, "Hyper-V Server"},
    {0x30, "Professional"},
    {0x31, "Professional"},
    {0x62, "Home"},
    {0x63, "Home"},
    {0x64, "Home"},
    {0x65, "Home"},
    {0x79, "Education"},
    {0x7A, "Education"},
    {0x7D, "Enterprise LTSC"},
    {0x7E, "Enterprise LTSC"},
    {0xA1, "Professional"},
    {0xA2, "Professional"},
    {0xAF, "Enterprise"},
    {0xBC, "IoT Enterprise"},
};

}  // namespace

std::string_view windows_name(const WindowsNumbers& n) {
  for (const Named& one : kNames) {
    if (n.major != one.major || n.minor != one.minor || n.build < one.build) continue;
    if (n.server && n.major == 5 && n.second_release) return "Windows Server 2003 R2";
    return n.server ? one.server : one.workstation;
  }
  return "Windows";
}

std::string_view windows_edition(const WindowsNumbers& n) {
  for (const Edition& one : kEditions) {
    if (one.product == n.product) return one.name;
  }
  if (n.major != 5) return {};
  if (!n.server) return (n.suites & kPersonal) != 0 ? "Home" : "Professional";
  if ((n.suites & kWeb) != 0) return "Web";
  if ((n.suites & kDatacenter) != 0) return "Datacenter";
  return (n.suites & kEnterprise) != 0 ? "Enterprise" : "Standard";
}

std::string_view windows_suites(std::uint32_t suites, std::array<char, 80>& room) {
  std::size_t size = 0;
  for (const Suite& one : kSuites) {
    const std::size_t needed = one.name.size() + (size > 0 ? 1 : 0);
    if ((suites & one.bit) == 0 || size + needed > room.size()) continue;
    if (size > 0) room[size++] = ',';
    std::memcpy(room.data() + size, one.name.data(), one.name.size());
    size += one.name.size();
  }
  return {room.data(), size};
}

std::string_view windows_arch(std::uint32_t architecture) {
  switch (architecture) {
    case 0: return "x86";
    case 5: return "arm";
    case 6: return "ia64";
    case 9: return "x64";
    case 12: return "arm64";
    default: return {};
  }
}

}  // namespace aerostat::agent
