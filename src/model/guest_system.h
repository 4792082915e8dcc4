// GuestSystem: what the service in a guest says the guest is. Printable, bounded text that nobody verified.
// An empty text means that it was not said.
#pragma once

#include <optional>
#include <string>

namespace aerostat {

struct GuestSystem {
  std::string os{};                   // the family: "linux", "windows"
  std::string name{};                 // "Windows Server 2008 R2", "Debian GNU/Linux"
  std::string version{};              // "6.1.7601", "12"
  std::string edition{};              // Windows: "Enterprise"
  std::optional<int> service_pack{};  // Windows: 0 if none is installed
  std::string arch{};                 // of the system: "x64", "x86", "x86_64"
  std::string suite{};                // Windows: product suites, "enterprise,terminal"
  std::string release{};              // the kernel's: "6.1.0-30-cloud-amd64"

  friend bool operator==(const GuestSystem&, const GuestSystem&) = default;
};

// One line for people: "Windows Server 2008 R2 Enterprise SP1 x64", "linux 6.1.0-30-cloud-amd64".
std::string guest_system_text(const GuestSystem& system);

}  // namespace aerostat
