// The meaning of QEMU's answers. Pure. A missing or strange part is missing, never zero.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/guest_sample.h"
#include "vmm/machine.h"

namespace aerostat {

// query-status: {"status": "running"}; why the guest does not run, as one sentence.
struct RunStatus {
  RunState state = RunState::Unknown;
  std::string note;
};
RunStatus run_status_of(const nlohmann::json& status);

// query-migrate: whether the guest migrates to or from another process. Meanwhile virtio-mem neither plugs
// nor unplugs.
bool migrates(const nlohmann::json& answer);

// One virtio-mem device in query-memory-devices.
struct PlugDevice {
  std::string id;      // empty: it has none
  std::string memdev;  // "/objects/vmem0"
  Bytes block;
  Bytes maximum;
  Bytes size;       // plugged now
  Bytes requested;  // asked of the guest
};

struct MemoryDevices {
  std::vector<PlugDevice> plugs;
  Bytes dimms;  // DIMMs: QEMU counts them as memory the balloon can take from
};
// An error names an impossible answer: a device without its numbers, more devices or more memory than any
// host has. A part that is not understood is not omitted: it would count as nothing.
Result<MemoryDevices> memory_devices_of(const nlohmann::json& answer);

// QEMU has 256 slots for memory devices; virtio-mem devices take none.
inline constexpr std::size_t kMostMemoryDevices = 1024;

// qom-list: the children as (name, type), with the "child<…>" taken off the type.
std::vector<std::pair<std::string, std::string>> children_of(const nlohmann::json& answer);

// query-chardev: the "filename" of the one with this label.
std::optional<std::string> chardev_filename(const nlohmann::json& answer, std::string_view label);

// "unix:/path,server=on", with or without "disconnected:" before it: "/path". Only a socket that QEMU serves
// can be connected to; otherwise nullopt.
std::optional<std::string> served_socket(std::string_view filename);

// guest-stats of a balloon. `updated` counts seconds of the host's wall clock; 0: the guest never did.
struct BalloonStats {
  GuestSample sample;
  std::uint64_t updated = 0;
};
std::optional<BalloonStats> balloon_stats_of(const nlohmann::json& answer);

}  // namespace aerostat
