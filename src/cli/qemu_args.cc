#include "cli/qemu_args.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "model/settings.h"

namespace aerostat {

namespace {

constexpr Bytes kStartupStep = Bytes::mib(2);   // a huge page, virtio-mem's usual block
constexpr Bytes kDeviceStep = Bytes::mib(128);  // a memory block of a Linux guest: less is never used
// Steps are then small: a seventh of the present size, up to eight times the startup.
constexpr int kSlots = 16;
constexpr Bytes kMostMemory = Bytes::mib(4 << 20);  // 4 TiB: above, QEMU's address space runs out
// hv-balloon begins at a multiple of 32 GiB, and a guest may ask for as much again.
constexpr Bytes kHyperVSlack = Bytes::mib(64 << 10);
constexpr std::size_t kMostSocketPath = 107;  // what the kernel's sockaddr_un holds

tl::unexpected<Error> invalid(std::string message) { return fail(Error::Kind::Invalid, std::move(message)); }

Result<void> check(const QemuVm& vm) {
  if (!is_vm_name(vm.name)) {
    return invalid(fmt::format("'{}' is not a valid VM name; use {}", printable(vm.name, 64), kVmNameRule));
  }
  // aerostatd treats sockets with such names as something else's.
  for (const std::string_view other : {".agent", ".ga", ".guest", ".serial", ".console", ".vnc"}) {
    if (vm.name.ends_with(other))
      return invalid(
          fmt::format("the name '{}' ends in {}; aerostatd would not take it for a VM", vm.name, other));
  }
  if (vm.startup < kLeastMinimum) {
    return invalid(fmt::format("startup {} is below the least a guest can run with, {}",
                               format_bytes(vm.startup), format_bytes(kLeastMinimum)));
  }
  if (vm.maximum < vm.startup) {
    return invalid(fmt::format("maximum {} is below startup {}; raise it", format_bytes(vm.maximum),
                               format_bytes(vm.startup)));
  }
  if (vm.maximum > kMostMemory)
    return invalid(fmt::format("maximum {} is above 4 TiB", format_bytes(vm.maximum)));
  if (!vm.directory.starts_with('/') || vm.directory.find_first_of(",\n") != std::string::npos) {
    return invalid(fmt::format("'{}' is not a valid directory; it must be an absolute path without commas",
                               printable(vm.directory)));
  }
  if (vm.directory.size() + vm.name.size() + 7 > kMostSocketPath) {
    return invalid(
        fmt::format("{}/{}.agent is too long for a socket's path (at most {}); use a shorter directory",
                    vm.directory, vm.name, kMostSocketPath));
  }
  const auto word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  const bool letter_first =
      !vm.memory_id.empty() && word(vm.memory_id[0]) && (vm.memory_id[0] >= 'A') && vm.memory_id[0] != '_';
  if (vm.dimms && vm.hyperv)
    return invalid("--dimms and --hv-balloon are two ways to add memory; use one of them");
  if (!letter_first || !std::all_of(vm.memory_id.begin(), vm.memory_id.end(), word)) {
    return invalid(
        fmt::format("'{}' is not a valid device id; use a letter, then letters, digits, '-' and '_'",
                    printable(vm.memory_id)));
  }
  if (vm.memory_id.starts_with("aerostat-")) {
    return invalid(
        fmt::format("the device id '{}' begins as those of the other devices do; use one that does not "
                    "begin with 'aerostat-'",
                    vm.memory_id));
  }
  return {};
}

bool plain(std::string_view arg) {
  return !arg.empty() && std::all_of(arg.begin(), arg.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_=,./:@%+").find(c) != std::string_view::npos;
  });
}

std::string socket_base(const QemuVm& vm) {
  return vm.directory + (vm.directory.ends_with('/') ? "" : "/") + vm.name;
}

std::string quoted(const std::string& arg) {
  if (plain(arg)) return arg;
  std::string out = "'";
  for (const char c : arg) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out + "'";
}

}  // namespace

std::string qemu_hint(const QemuVm& vm) {
  if (vm.hyperv) {
    return "QEMU 8.2 or later. Windows finds hv-balloon only with -cpu host,hv-relaxed,hv-time,hv-vapic,"
           "hv-spinlocks=0x1fff,hv-vpindex,hv-runtime,hv-synic,hv-stimer and without S4 (q35: -global "
           "ICH9-LPC.disable_s4=1). The VM cannot be migrated. With the service only Server 2012 R2 to 2025 "
           "grow by it. No real one was ever run";
  }
  if (vm.windows && vm.dimms) {
    return "Install virtio-win in the guest: its balloon takes what is idle. Only Server 2016 and later, and "
           "Enterprise and Datacenter of 2003 (x64), 2008 and 2008 R2 take DIMMs in. Any other keeps what it "
           "boots with: "
           "leave out --dimms for it";
  }
  if (vm.windows) {
    return "It boots with its maximum, and its balloon takes what is idle: install virtio-win in the guest. "
           "QEMU 8.2 and later have hv-balloon, which needs no driver in Windows (with the service it adds "
           "memory to Server 2012 R2 to 2025 only): --hv-balloon";
  }
  return {};
}

Result<std::vector<std::string>> qemu_args(const QemuVm& vm) {
  if (Result<void> right = check(vm); !right) return fail(std::move(right.error()));
  const bool at_once = vm.windows && !vm.hyperv && !vm.dimms;
  const Bytes startup = (at_once ? vm.maximum : vm.startup).round_up(kStartupStep);
  const Bytes device = std::max(vm.maximum - startup, Bytes{}).round_up(kDeviceStep);
  const auto mib = [](Bytes size) { return fmt::format("{}M", size.whole_mib()); };
  const std::string base = socket_base(vm);

  std::vector<std::string> out = {"-name", vm.name, "-m"};
  std::string balloon = "virtio-balloon-pci,id=aerostat-balloon";
  if (vm.hyperv) {
    out.push_back(fmt::format("size={},maxmem={}", mib(startup), mib(startup + device + kHyperVSlack)));
    balloon = "hv-balloon,id=aerostat-balloon,status-report=on";
    if (device > Bytes{}) {
      out.insert(out.end(), {"-object", fmt::format("memory-backend-ram,id={}-ram,size={},reserve=off",
                                                    vm.memory_id, mib(device))});
      balloon += fmt::format(",memdev={}-ram", vm.memory_id);
    }
    out.insert(out.end(), {"-device", "vmbus-bridge"});
  } else if (device > Bytes{} && vm.dimms) {
    out.push_back(fmt::format("size={},slots={},maxmem={}", mib(startup), kSlots, mib(startup + device)));
  } else if (device > Bytes{}) {
    // Tried with QEMU 7.2 (q35, pc): no slots and no slack are needed for virtio-mem.
    out.push_back(fmt::format("size={},maxmem={}", mib(startup), mib(startup + device)));
    out.insert(
        out.end(),
        {"-object",
         // reserve=off: do not reserve the host's swap for memory that is only a possibility.
         fmt::format("memory-backend-ram,id={}-ram,size={},reserve=off", vm.memory_id, mib(device)),
         "-device", fmt::format("virtio-mem-pci,id={0},memdev={0}-ram,requested-size=0", vm.memory_id)});
  } else {
    out.push_back("size=" + mib(startup));
  }
  out.insert(out.end(),
             {"-device", balloon, "-device", "virtio-serial-pci,id=aerostat-serial", "-chardev",
              fmt::format("socket,id=aerostat-agent,path={}.agent,server=on,wait=off", base), "-device",
              "virtserialport,bus=aerostat-serial.0,chardev=aerostat-agent,name=org.aerostat.guest.0", "-qmp",
              fmt::format("unix:{}.qmp,server=on,wait=off", base)});
  return out;
}

std::vector<std::string> qemu_sockets(const QemuVm& vm) {
  return {socket_base(vm) + ".qmp", socket_base(vm) + ".agent"};
}

std::string shell_text(const std::vector<std::string>& args) {
  std::string out;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const bool option = args[i].starts_with('-');
    if (i > 0) out += option ? " \\\n" : " ";
    out += quoted(args[i]);
  }
  return out + "\n";
}

Result<std::string> shell_words(const std::vector<std::string>& args) {
  std::string out;
  for (const std::string& arg : args) {
    if (!plain(arg))
      return invalid(
          fmt::format("'{}' would be split or quoted wrongly by $(...); leave out --one-line, or use a "
                      "name and a directory of letters, digits and . _ - + @",
                      arg));
    out += (out.empty() ? "" : " ") + arg;
  }
  return out + "\n";
}

}  // namespace aerostat
