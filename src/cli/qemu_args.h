// qemu_args: the QEMU arguments that make a VM fully manageable: hot-pluggable memory up to the maximum, a
// balloon, the port of the guest's service, and a monitor socket in aerostatd's directory. Pure. For QEMU 6.1
// and later.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace aerostat {

struct QemuVm {
  std::string name;
  Bytes startup;
  Bytes maximum;
  std::string directory = "/run/aerostat/vms";
  std::string memory_id = "vmem0";
  bool dimms = false;  // slots for DIMMs instead of a virtio-mem device
  // A guest that cannot be given virtio-mem: it boots with its maximum, and the balloon takes what is idle.
  bool windows = false;
  // With hv-balloon instead of virtio-balloon and virtio-mem: QEMU 8.2 and later, and Windows needs no
  // driver.
  bool hyperv = false;
};

// Sizes are rounded up: startup to 2 MiB, the hot-pluggable part to 128 MiB (what a Linux guest adds at a
// time). The devices may therefore allow slightly more than the maximum; `aerostat set --maximum` sets the
// exact limit. Refuses names, sizes and paths with which the VM would not start or not be found.
Result<std::vector<std::string>> qemu_args(const QemuVm& vm);

// What else such a VM needs, for people; empty: nothing.
std::string qemu_hint(const QemuVm& vm);

// The sockets on which that QEMU will listen.
std::vector<std::string> qemu_sockets(const QemuVm& vm);

// For a shell: quoted where needed; one option a line with a backslash.
std::string shell_text(const std::vector<std::string>& args);
// On one line, for $(...). A shell splits that at spaces and takes quotes as they are, so no argument may
// need any.
Result<std::string> shell_words(const std::vector<std::string>& args);

}  // namespace aerostat
