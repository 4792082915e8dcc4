// probe_qemu: finds out by queries what a VM can do: its memory, its balloon, its hot-pluggable memory, the
// port of its guest service. Two round trips of pipelined commands. It describes what is missing in words,
// with the remedy. It changes nothing.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "vmm/machine.h"
#include "vmm/qemu/qemu_answers.h"
#include "vmm/qemu/qmp_client.h"

namespace aerostat {

// The port of our guest service.
inline constexpr const char* kAgentPort = "org.aerostat.guest.0";

struct QemuDevices {
  Bytes boot_memory;                     // -m
  std::optional<std::string> balloon;    // its path in QEMU's object tree
  bool hyperv = false;                   // the balloon is hv-balloon
  bool deflates_on_oom = false;          // its guest may take back what the balloon holds
  std::optional<int> processors;         // queried only with a balloon
  std::optional<std::string> plug;       // likewise: the virtio-mem device we manage
  std::string plug_memdev;               // its name in query-memory-devices
  Bytes unmanaged;                       // in further virtio-mem devices, plugged or requested
  std::set<std::string> others;          // their names in query-memory-devices
  std::optional<MachineMemory> slots;    // without virtio-mem: DIMMs can be added, as far as this lets them
  std::vector<std::string> left_behind;  // memory of DIMMs that we did not get to add
  std::optional<std::string> agent_socket;
  std::string note;  // what is missing to be fully manageable; empty: nothing
  // QEMU refused a question, or contradicts itself: it may have more than this.
  bool doubtful = false;
};

// Calls `done` once: with the devices, or with an error if the link broke or QEMU cannot report its memory.
// Never calls it from inside. Needs the link Up, and the client to outlive it.
void probe_qemu(QmpClient& client, std::function<void(Result<QemuDevices>)> done);

}  // namespace aerostat
