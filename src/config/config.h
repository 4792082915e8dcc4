// Config: the contents of the daemon's configuration file, as plain values. Nothing here acts on them. Every
// mistake in the file is reported, with its line and column and what to do. None is skipped.
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/log.h"
#include "base/result.h"
#include "model/profile_name.h"
#include "model/settings.h"

namespace aerostat {

// Capacity "auto": the memory of the host.
struct AutoCapacity {
  friend bool operator==(const AutoCapacity&, const AutoCapacity&) = default;
};

// Whether aerostatd manages VMs of libvirt. Auto: if this host has libvirt.
enum class LibvirtUse { Auto, Yes, No };

// What is done before a VM starts.
struct StartRules {
  bool libvirt = false;           // libvirt's hook asks for the domain's memory first
  std::chrono::seconds wait{60};  // as long for it
  bool without_daemon = true;     // a start goes on if aerostatd is not reached
  friend bool operator==(const StartRules&, const StartRules&) = default;
};

// What is kept of the past, in the state directory.
struct HistoryRules {
  bool enabled = true;
  Bytes limit = Bytes::mib(256);  // of the file
  // How far back steps of 1 s, 10 s, 1 min and 1 h reach, if there is room. None less far than the one
  // before.
  std::array<std::chrono::seconds, 4> reach = {std::chrono::hours(1), std::chrono::hours(24),
                                               std::chrono::hours(24 * 30), std::chrono::hours(24 * 730)};
  friend bool operator==(const HistoryRules&, const HistoryRules&) = default;
};

// Where the API listens over TCP.
struct ApiListen {
  std::string address;
  std::uint16_t port = 0;
  friend bool operator==(const ApiListen&, const ApiListen&) = default;
};

struct VmEntry {
  std::optional<std::string> socket;  // its QMP socket, if it is not in a watched directory
  Settings settings;                  // without the defaults
};

struct Config {
  std::string api_socket = "/run/aerostat/api.sock";
  mode_t api_socket_mode = 0660;
  std::optional<std::string> api_socket_group;
  std::optional<ApiListen> api_listen;   // missing: on the socket only
  std::string api_certificate, api_key;  // both or none
  std::vector<std::string> api_names;
  std::string state_dir = "/var/lib/aerostat";
  std::vector<std::string> qmp_directories = {"/run/aerostat/vms"};
  LibvirtUse libvirt = LibvirtUse::Auto;
  std::vector<std::string> libvirt_uris = {"qemu:///system"};
  std::variant<AutoCapacity, Bytes> capacity;
  StartRules starts;
  HistoryRules history;
  std::optional<Bytes> reserve;  // missing: the daemon decides
  ProfileName profile = ProfileName::Balanced;
  LogLevel log_level = LogLevel::Info;
  Settings defaults;
  std::map<std::string, VmEntry> vms;

  // The file's settings of this VM: its own over the defaults.
  Settings settings_of(const std::string& vm) const;
};

// `file` is only used in messages. A failure's message has one or more lines "file:line:column: sentence".
Result<Config> parse_config(std::string_view text, const std::string& file);

// Kind NotFound: there is no such file.
Result<Config> load_config(const std::string& path);

}  // namespace aerostat
