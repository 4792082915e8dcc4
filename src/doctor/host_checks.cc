#include "doctor/host_checks.h"

#include <fmt/format.h>

#include <algorithm>

namespace aerostat {

namespace {

using enum Severity;

// A few pages that nobody used for weeks are no sign of want.
constexpr Bytes kLittleSwap = Bytes::mib(64);
// Below this the kernel begins to reclaim from the VMs' processes.
constexpr double kLittleAvailable = 0.02;
constexpr double kManyDescriptors = 0.8;
// Of a hundred passes; a busy host makes some come late.
constexpr double kManyLate = 0.05;
// Before so many, the start of the daemon is what is seen.
constexpr std::uint64_t kFewPasses = 400;
// Before the first version: a clock that shows an earlier time was never set.
constexpr std::chrono::sys_days kFirstVersion{std::chrono::year{2026} / 1 / 1};

Finding of(std::string check, Severity severity, std::string text, std::string evidence = {},
           std::string remedy = {}) {
  return {std::move(check), severity, {}, std::move(text), std::move(evidence), std::move(remedy)};
}

Finding manager(const HostFacts& host) {
  if (host.report.paused) {
    return of("manager", Warning, "the manager is paused: no VM's memory moves",
              host.report.paused_since ? "since " + format_time(*host.report.paused_since) : "",
              "aerostat resume");
  }
  if (!host.report.note.empty())
    return of("manager", Warning, "the manager has a problem of its own", host.report.note,
              "remove the cause that is named; the manager goes on by itself");
  return of("manager", Ok, "the manager is running", fmt::format("version {}", host.report.version));
}

Finding commitment(const HostFacts& host) {
  const HostReport& r = host.report;
  const std::string evidence =
      fmt::format("committed {}, capacity {}, reserve {}, free {}", format_bytes(r.committed),
                  format_bytes(r.capacity), format_bytes(r.reserve), format_bytes(r.free));
  if (r.over_committed > Bytes{}) {
    return of("commitment", Problem,
              fmt::format("VMs hold or were promised {} more than the capacity allows: no VM is grown",
                          format_bytes(r.over_committed)),
              evidence,
              "end a VM, lower minimums with aerostat set, or give VMs more of the host: capacity and "
              "reserve in aerostat.toml");
  }
  if (r.over_committed_passes > 0) {
    return of("commitment", Note, "VMs held more than the capacity allows for some time, and no longer do",
              fmt::format("{}; in {} of {} passes", evidence, r.over_committed_passes, r.passes),
              "aerostat events shows when (host.over-committed); start VMs with aerostat start-gate");
  }
  return of("commitment", Ok, "what VMs hold and were promised fits", evidence);
}

Finding host_memory(const HostFacts& host) {
  const HostReport& r = host.report;
  if (!r.host_available || !r.host_total) {
    return of("host-memory", Warning, "unknown: the host's memory cannot be read, so no VM is grown",
              "/proc/meminfo", "let aerostatd read /proc");
  }
  const std::string evidence =
      fmt::format("available {} of {}", format_bytes(*r.host_available), format_bytes(*r.host_total));
  if (*r.host_available < r.host_total->scaled(kLittleAvailable)) {
    return of("host-memory", Warning, "the host itself has nearly no memory left", evidence,
              "find what uses it besides VMs (ps aux --sort -rss), or raise reserve in aerostat.toml");
  }
  return of("host-memory", Ok, "the host has memory available", evidence);
}

Finding host_swap(const HostFacts& host) {
  const auto &total = host.health.swap_total, &left = host.health.swap_free;
  if (!total || !left)
    return of("host-swap", Note, "unknown: the host's swap cannot be read", "/proc/meminfo");
  const Bytes used = std::max(Bytes{}, *total - *left);
  const std::string evidence =
      fmt::format("{} of {} swap are in use", format_bytes(used), format_bytes(*total));
  if (used > kLittleSwap) {
    return of("host-swap", Warning,
              "the host has swapped memory out: a VM whose memory is there waits for the disk", evidence,
              "raise reserve in aerostat.toml, so that VMs leave the host more; swapoff -a and swapon -a "
              "bring it back when there is room");
  }
  if (*total == Bytes{}) return of("host-swap", Ok, "the host has no swap");
  return of("host-swap", Ok, "the host's swap is not needed", evidence);
}

Finding cgroup(const HostFacts& host) {
  const CgroupLimit& limit = host.health.own_limit;
  if (!limit.known)
    return of("host-cgroup", Note, "unknown: the cgroup's memory limit cannot be read", "/sys/fs/cgroup");
  if (!limit.limit) return of("host-cgroup", Ok, "no cgroup limits the memory of this place");
  const std::string evidence = fmt::format("{} has the limit {}; capacity {}", limit.cgroup,
                                           format_bytes(*limit.limit), format_bytes(host.report.capacity));
  if (*limit.limit < host.report.capacity) {
    return of("host-cgroup", Warning,
              "aerostatd runs under a memory limit below its capacity: VMs started there cannot have that",
              evidence,
              "set capacity in aerostat.toml to less than the limit, if VMs are in that cgroup too");
  }
  return of("host-cgroup", Ok, "the cgroup's memory limit is above the capacity", evidence);
}

Finding descriptors(const HostFacts& host) {
  const auto &open = host.health.descriptors_open, &most = host.health.descriptors_most;
  if (!open || !most)
    return of("descriptors", Note, "unknown: the number of open files cannot be read", "/proc/self/fd");
  const std::string evidence = fmt::format("{} of {} open, for {} VMs", *open, *most, host.report.vms);
  if (static_cast<double>(*open) > static_cast<double>(*most) * kManyDescriptors) {
    return of(
        "descriptors", Warning,
        "aerostatd may soon be unable to open a socket: more VMs would not be managed", evidence,
        "raise LimitNOFILE of the unit (systemctl edit aerostatd), or ulimit -n; a VM takes two to four");
  }
  return of("descriptors", Ok, "there are descriptors for many more VMs", evidence);
}

Finding clock(const HostFacts& host) {
  const std::string evidence = format_time(host.now);
  if (host.now < kFirstVersion) {
    return of("clock", Warning, "the host's clock was never set: times of events and promises are wrong",
              evidence, "start a time service, for example systemd-timesyncd or chrony");
  }
  if (host.clock_synchronised == false) {
    return of("clock", Note, "no time service keeps the host's clock", evidence,
              "start one, for example systemd-timesyncd or chrony; only times shown to people depend on it");
  }
  return of("clock", Ok, "the host's clock is plausible", evidence);
}

Finding overcommit(const HostFacts& host) {
  const auto& refuses = host.health.refuses_overcommit;
  if (!refuses) return of("overcommit", Note, "unknown: vm.overcommit_memory cannot be read");
  if (*refuses) {
    return of(
        "overcommit", Warning,
        "the host's kernel promises no more memory than it has: a VM with room to grow may not start",
        "vm.overcommit_memory is 2",
        "sysctl vm.overcommit_memory=0; or remove reserve=off from the VM's arguments and give the host "
        "swap for all maximums");
  }
  return of("overcommit", Ok, "the host's kernel lets a VM reserve more than it uses");
}

Finding lateness(const HostFacts& host) {
  const HostReport& r = host.report;
  const std::string evidence = fmt::format("{} of {} passes came late", r.late_ticks, r.passes);
  const double share = r.passes == 0 ? 0 : static_cast<double>(r.late_ticks) / static_cast<double>(r.passes);
  if (r.passes >= kFewPasses && share > kManyLate) {
    return of("passes", Warning, "aerostatd often comes too late: the host has too little processor for it",
              evidence, "give its unit a higher CPUWeight, or the VMs a lower one");
  }
  return of("passes", Ok, "aerostatd is on time", evidence);
}

Finding libvirt(const HostFacts& host) {
  if (host.uses_libvirt) return of("libvirt", Ok, "domains of libvirt are looked for");
  if (host.libvirt_absent.empty()) {
    return of("libvirt", Note, "domains of libvirt are not looked for, because the configuration says so", "",
              "write enabled = \"auto\" in [libvirt] of aerostat.toml, if there are any");
  }
  return of("libvirt", Note, "domains of libvirt are not managed, because there is no libvirt",
            host.libvirt_absent, "install libvirt-daemon-system and restart aerostatd, if there are any");
}

Finding history(const HostFacts& host) {
  if (host.history_paused) {
    return of("history", Warning, "the history cannot be written; balancing goes on", host.history_note,
              "make room on the disk of the state directory; it goes on by itself");
  }
  if (!host.keeps_history) {
    return of("history", Note, "no history is kept", host.history_note,
              "write enabled = true in [history] of aerostat.toml");
  }
  if (!host.history_note.empty()) {
    return of("history", Note, "a part of the history was lost", host.history_note,
              "nothing; the damaged file was kept aside");
  }
  return of("history", Ok, "the history is kept");
}

Finding vms(const HostFacts& host) {
  if (host.report.vms > 0) return of("vms", Ok, "VMs are known", fmt::format("{}", host.report.vms));
  return of("vms", Note, "no VM is known", "",
            "start one with the arguments of aerostat qemu-args, or prepare a domain with aerostat adopt");
}

}  // namespace

Findings check_host(const HostFacts& host) {
  return {manager(host),  commitment(host),  host_memory(host), host_swap(host),
          cgroup(host),   descriptors(host), clock(host),       overcommit(host),
          lateness(host), history(host),     libvirt(host),     vms(host)};
}

}  // namespace aerostat
