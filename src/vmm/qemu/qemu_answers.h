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

// A DIMM that we added: kOurDimm and its number.
struct OurDimm {
  int number = 0;
  Bytes size;
  friend bool operator==(const OurDimm&, const OurDimm&) = default;
};
inline constexpr std::string_view kOurDimm = "aerostat-dimm";
// The number in "aerostat-dimm3"; missing: it is not ours.
std::optional<int> our_dimm_number(std::string_view id);

// ACPI_DEVICE_OST, query-acpi-ospm-status: the guest's kernel could not take our DIMM in. Its number.
std::optional<int> rejected_dimm(const nlohmann::json& word);

struct MemoryDevices {
  std::vector<PlugDevice> plugs;
  // What a balloon of Hyper-V can add in all; missing: there is none, or it adds nothing.
  std::optional<Bytes> hyperv;
  Bytes dimms;                // DIMMs: QEMU counts them as memory the balloon can take from
  std::vector<OurDimm> ours;  // of these
  int slots = 0;              // in use
  Bytes room;                 // in use, of what lies between the memory at boot and maxmem
};

// The machine's "memory" property: what -m says.
struct MachineMemory {
  Bytes size;
  Bytes maximum;
  int slots = 0;
};
// Missing: QEMU before 7.1 does not tell, or the numbers cannot be.
std::optional<MachineMemory> machine_memory_of(const nlohmann::json& answer);
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

// {"committed": …, "available": …} of a balloon of Hyper-V. What it took from the guest, and what the guest
// has not brought into use, are a part of committed.
std::optional<GuestSample> hyperv_report_of(const nlohmann::json& data, Bytes ballooned, Bytes actual);

// guest-stats of a balloon. `updated` counts seconds of the host's wall clock; 0: the guest never did.
struct BalloonStats {
  GuestSample sample;
  std::uint64_t updated = 0;
};
std::optional<BalloonStats> balloon_stats_of(const nlohmann::json& answer);

}  // namespace aerostat
