// probe_qemu: finds out, by asking, what a VM can do: its memory, its balloon, its hot-pluggable memory, the
// port of its guest service. Two round trips of pipelined commands. What is missing is said in words, with
// the remedy. It changes nothing.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "vmm/machine.h"
#include "vmm/qemu/qemu_answers.h"
#include "vmm/qemu/qmp_client.h"

namespace aerostat {

// The port our guest service speaks on.
inline constexpr const char* kAgentPort = "org.aerostat.guest.0";

struct QemuDevices {
  Bytes boot_memory;                   // -m
  std::optional<std::string> balloon;  // its path in QEMU's object tree
  std::optional<int> processors;       // asked for only with a balloon
  std::optional<std::string> plug;     // likewise: the virtio-mem device we manage
  std::string plug_memdev;             // what query-memory-devices knows it by
  Bytes unmanaged;                     // in further virtio-mem devices, plugged or requested
  std::set<std::string> others;        // what query-memory-devices knows these by
  std::optional<std::string> agent_socket;
  std::string note;  // what is missing to be fully manageable; empty: nothing
  // QEMU refused a question, or contradicts itself: it may have more than this.
  bool doubtful = false;
};

// Calls `done` once: with the devices, or with an error if the link broke or QEMU cannot tell its memory.
// Does not call it from inside; needs the link Up, and the client to outlive it.
void probe_qemu(QmpClient& client, std::function<void(Result<QemuDevices>)> done);

}  // namespace aerostat
