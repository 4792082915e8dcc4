#include "doctor/vm_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "model/memory_block.h"

namespace aerostat {

namespace {

using enum Severity;

// QEMU locks a little for some devices.
constexpr Bytes kLittleLocked = Bytes::mib(64);
constexpr Bytes kLittleSwapped = Bytes::mib(16);
// The kernel's description of a page takes 64 bytes, also of a page that is added later.
constexpr double kPageStructures = 64.0 / 4096;
// Of the memory at boot: where the description of added memory takes more, little is left to begin with.
constexpr double kMuchOfBoot = 0.25;
// Tables that the guest's kernel sized at boot are then small for it.
constexpr int kManyTimesBoot = 4;

// For a guest that cannot be given memory while it runs.
constexpr const char* kBootWithAll = "boot it with all that it may need: its balloon takes what is idle";

// For a command: "512M".
std::string word(Bytes size) { return fmt::format("{}M", size.round_up(Bytes::mib(1)).whole_mib()); }

class Examination {
 public:
  explicit Examination(const VmFacts& vm)
      : vm_(vm), exam_(vm.exam), facts_(vm.exam.facts), limits_(vm.exam.report.limits) {}

  Findings run() && {
    name_ = shell_name();
    if (!exam_.counted_as.empty()) {
      add("twin", Note, "another driver shows the same process, and it is managed there",
          fmt::format("as '{}'", exam_.counted_as), fmt::format("aerostat doctor {}", exam_.counted_as));
      return std::move(out_);
    }
    monitor();
    if (facts_.known) {
      process();
      devices();
      hands();
      settings();
      system();
      if (runs()) guest();
      boot_sizes();
      movement();
    }
    if (out_.empty()) fine();
    return std::move(out_);
  }

 private:
  bool runs() const { return facts_.run_state == RunState::Running; }
  bool dynamic() const { return limits_.mode == Mode::Dynamic; }
  bool of_libvirt() const { return exam_.driver == "libvirt"; }
  Bytes wanted_maximum() const {
    return std::max({limits_.maximum, exam_.report.settings.maximum.value_or(Bytes{}), facts_.base});
  }

  std::string shell_name() const {
    const std::string& name = exam_.report.name;
    return name.find_first_of(" ()") == std::string::npos ? name : "'" + name + "'";
  }
  // The command that gives it the devices that are missing.
  std::string give_devices() const {
    if (windows()) return give_windows();
    const Bytes most = wanted_maximum() > facts_.base ? wanted_maximum() : facts_.base + facts_.base;
    if (of_libvirt()) {
      return fmt::format("aerostat adopt {} --minimum {} --maximum {}, then start it again", name_,
                         word(std::min(limits_.minimum, facts_.base)), word(most));
    }
    return fmt::format("start it with what `aerostat qemu-args {} --startup {} --maximum {}` prints", name_,
                       word(facts_.base), word(most));
  }

  // Windows boots with its maximum, unless it has a device by which it grows. It gets no virtio-mem.
  std::string give_windows() const {
    if (of_libvirt()) {
      return fmt::format("aerostat adopt {} --minimum {}, then start it again", name_,
                         word(std::min(limits_.minimum, facts_.base)));
    }
    const std::string_view way = facts_.grows_by == GuestAbility::HvBalloon ? "--hv-balloon"
                                 : facts_.grows_by == GuestAbility::Dimm    ? "--windows --dimms"
                                                                            : "--windows";
    return fmt::format("start it with what `aerostat qemu-args {} --startup {} --maximum {} {}` prints",
                       name_, word(facts_.base), word(wanted_maximum()), way);
  }

  // It is set up to need no growth: nothing is wrong if it cannot grow.
  bool boots_with_all() const {
    using enum GuestAbility;
    const auto grows = [this](GuestAbility way) { return exam_.standing.ability(way) == Can::Yes; };
    return windows() || !(grows(Dimm) || grows(VirtioMem) || grows(HvBalloon));
  }

  void add(std::string check, Severity severity, std::string text, std::string evidence = {},
           std::string remedy = {}) {
    out_.push_back({std::move(check), severity, exam_.report.name, std::move(text), std::move(evidence),
                    std::move(remedy)});
  }

  void monitor() {
    const auto known = [&](const char* text) {
      return facts_.known ? std::string(text)
                          : fmt::format("unknown: {}, and nothing is known of the VM", text);
    };
    switch (facts_.link) {
      case Link::Up:
        if (!facts_.known)
          add("monitor", Warning, "unknown: its devices are still being asked for", "",
              "ask again in some seconds");
        return;
      case Link::Connecting:
        add("monitor", Warning, known("its monitor was not reached yet"), facts_.link_note,
            "ask again in some seconds");
        return;
      case Link::Denied:
        add("monitor", Problem, known("aerostatd may not connect to its monitor"), facts_.link_note,
            "give the socket to the group aerostat, or start QEMU with the umask 002");
        return;
      case Link::Hung:
      case Link::Lost:
        add("monitor", Problem, known("its monitor does not answer"), facts_.link_note,
            "QEMU serves one client a monitor: end the other one, or give aerostatd a monitor of its own; if "
            "QEMU itself hangs, look into its log");
        return;
    }
  }

  void process() {
    const ProcessHealth& p = vm_.process;
    if (p.locked.value_or(Bytes{}) > kLittleLocked) {
      add("locked", dynamic() ? Problem : Note,
          "its memory is locked or pinned in the host: what it gives back, the host does not get",
          fmt::format("{} of its process are locked", format_bytes(*p.locked)),
          "a device that is passed through pins all memory, and so does -overcommit mem-lock=on: remove it, "
          "or make the VM static");
    }
    if (p.huge.value_or(Bytes{}) > Bytes{}) {
      add("huge-pages", dynamic() ? Warning : Note,
          "it uses huge pages that a balloon cannot return piece by piece",
          fmt::format("{} in hugetlbfs", format_bytes(*p.huge)),
          "use ordinary memory (transparent huge pages work), or make the VM static");
    }
    if (p.swapped.value_or(Bytes{}) > kLittleSwapped) {
      add("swapped", Warning, "the host has swapped out a part of it: it waits for the disk",
          fmt::format("{} of its process", format_bytes(*p.swapped)), "see host-swap");
    }
    if (p.limit.limit && *p.limit.limit < limits_.maximum) {
      add("cgroup", Warning, "its cgroup allows its process less than its maximum: growing could kill it",
          fmt::format("{} has the limit {}; maximum {}", p.limit.cgroup, format_bytes(*p.limit.limit),
                      format_bytes(limits_.maximum)),
          fmt::format("raise the limit well above the maximum, or aerostat set {} --maximum {}", name_,
                      word(p.limit.limit->scaled(0.9))));
    }
  }

  void devices() {
    const Severity severity = dynamic() ? Problem : Note;
    const std::size_t before = out_.size();
    if (!facts_.can_change) {
      add("devices", severity, "it has no device that could change its memory", facts_.manager_note,
          give_devices());
      return;
    }
    if (facts_.levels.most() <= facts_.base) {
      const std::string text =
          fmt::format("it cannot grow above {}, which it booted with", format_bytes(facts_.base));
      if (boots_with_all()) {
        add("devices", Note, text, {}, kBootWithAll);
      } else {
        add("devices", dynamic() ? Warning : Note, text, facts_.manager_note, give_devices());
      }
    }
    if (facts_.levels.least() >= facts_.base) {
      add("devices", dynamic() ? Warning : Note,
          fmt::format("it cannot shrink below {}, which it booted with", format_bytes(facts_.base)),
          facts_.manager_note, give_devices());
    }
    if (!facts_.agent_socket) {
      add("port", facts_.has_balloon_stats ? Note : Warning, "there is no port for the service in the guest",
          facts_.manager_note, give_devices());
    }
    if (out_.size() == before && !facts_.manager_note.empty()) {
      add("devices", dynamic() ? Warning : Note, "one of its devices is not as Aerostat needs it",
          facts_.manager_note, "change that in its QEMU arguments or its domain, and start it again");
    }
  }

  void hands() {
    if (!exam_.stepped_back.empty() || facts_.meddlings > 0) {
      add("other-hand", Warning, "something else moves its memory too, so Aerostat leaves it alone",
          exam_.stepped_back.empty() ? facts_.meddled : exam_.stepped_back,
          fmt::format("switch the other one off for this VM (MoM, Proxmox's autoballoon, virsh setmem), then "
                      "aerostat set {} --mode dynamic",
                      name_));
    }
    if (!facts_.refusal.empty()) {
      add("refusal", Warning, "its hypervisor refuses an order", facts_.refusal,
          "the order is tried again by itself, later and later; the reason names what is in the way");
    }
    if (facts_.migrating) {
      add("migration", Note, "it is being migrated: no memory is plugged or unplugged meanwhile", "",
          "wait for its end");
    }
  }

  void settings() {
    const Settings& own = exam_.report.settings;
    if (!dynamic() && exam_.stepped_back.empty()) {
      add("mode", Note, "it is static: its memory does not change", "",
          fmt::format("aerostat set {} --mode dynamic --minimum {} --maximum {}", name_,
                      word(std::min(limits_.minimum, facts_.base)), word(limits_.maximum)));
    }
    if (own.maximum && *own.maximum > facts_.levels.most()) {
      add("maximum", Warning, "its maximum is more than its devices allow",
          fmt::format("maximum {}, devices up to {}", format_bytes(*own.maximum),
                      format_bytes(facts_.levels.most())),
          windows() && of_libvirt() ? kBootWithAll : give_devices());
    }
    if (own.minimum && *own.minimum < facts_.levels.least()) {
      add("minimum", Note, "its minimum is less than its devices can reach",
          fmt::format("minimum {}, devices down to {}", format_bytes(*own.minimum),
                      format_bytes(facts_.levels.least())),
          facts_.levels.least() >= facts_.base ? give_devices() : "");
    }
    if (exam_.left_for_minimum) {
      add("minimum", Warning, "its minimum cannot be given now",
          fmt::format("minimum {}, left for it {}", format_bytes(limits_.minimum),
                      format_bytes(std::max(Bytes{}, *exam_.left_for_minimum))),
          "lower the minimum of another VM, or end one");
    }
  }

  bool windows() const { return exam_.report.guest && exam_.report.guest->os == "windows"; }

  // What the table of guests says of it.
  void system() {
    const GuestStanding& guest = exam_.standing;
    if (guest.row.empty()) return;
    const std::string evidence = fmt::format("row {} of the table of guests", guest.row);
    if (!guest.takes_part()) {
      add("guest", dynamic() ? Warning : Note, guest.unfit, evidence, guest.remedy);
    } else if (!exam_.limited_by_guest.empty()) {
      add("guest", dynamic() ? Warning : Note, exam_.limited_by_guest, evidence,
          limits_.maximum > facts_.base
              ? fmt::format("aerostat set {} --maximum {}, so that nobody expects more", name_,
                            word(limits_.maximum))
              : kBootWithAll);
    } else if (guest.general) {
      add("guest", Note, fmt::format("{} has no row of its own in the table of guests", guest.title),
          evidence, guest.remedy);
    }
    if (!guest.too_new.empty())
      add("service", Note, guest.too_new, "what is new in it is not used", guest.remedy);
    if (guest.least_startup && facts_.base < *guest.least_startup) {
      add("boot-memory", Warning, "it boots with less than its guest should have",
          fmt::format("boots with {}, should have {}", format_bytes(facts_.base),
                      format_bytes(*guest.least_startup)),
          fmt::format("boot it with {}", word(*guest.least_startup)));
    }
    if (!guest.defects.empty())
      add("guest-defects", Note, fmt::format("known of such guests: {}", fmt::join(guest.defects, "; ")),
          evidence, guest.install.empty() || guest.general ? "" : "it needs " + guest.install);
  }

  void guest() {
    const std::string install =
        exam_.standing.install.empty() || exam_.standing.general
            ? "install the service: the package aerostat-guest of the guest's system, then systemctl enable "
              "--now aerostat-guest; in Windows its installer"
            : "it needs " + exam_.standing.install;
    const bool stands_in = facts_.balloon_stats.has_value();
    switch (exam_.service) {
      case Service::Absent:
        if (!exam_.service_unread.empty()) {
          add("service", dynamic() && !stands_in ? Problem : Warning,
              "what speaks in the guest is not understood, so its need is not known", exam_.service_unread,
              "install the same version in the guest as on the host: " + vm_.version);
          break;
        }
        add("service", dynamic() && !stands_in ? Problem : Note,
            stands_in ? "no service speaks in the guest; balloon statistics stand in, and they are coarser"
                      : "no service speaks in the guest, so its need is not known",
            fmt::format("integration: {}", exam_.report.integration),
            facts_.agent_socket ? install : give_devices() + "; " + install);
        break;
      case Service::Unsupported:
        add("service", dynamic() ? Problem : Note, "the service in the guest speaks another protocol",
            exam_.service_note, "install the same version in the guest as on the host: " + vm_.version);
        break;
      case Service::Silent:
        add("service", dynamic() ? Problem : Note, "the service in the guest has fallen silent",
            exam_.service_note,
            windows() ? "sc.exe stop aerostat-guest and sc.exe start aerostat-guest in the guest, if it "
                        "still answers"
                      : "systemctl restart aerostat-guest in the guest, if it still answers");
        break;
      case Service::Faulty:
        add("service", dynamic() ? Problem : Note, "the service in the guest reports what cannot be",
            exam_.service_note,
            "reinstall aerostat-guest there; if it was changed on purpose, distrust the guest");
        break;
      case Service::Speaking: speaking(); break;
    }
    if (exam_.offline > Bytes{}) {
      add("offline", Problem, "memory that it was given stays offline in the guest",
          format_bytes(exam_.offline),
          windows() ? "boot it again: then it uses all that it has"
                    : "install the service there, or boot it with memhp_default_state=online on its kernel's "
                      "command "
                      "line");
    }
    const auto kills = exam_.report.oom_kills;
    if (kills.value_or(0) > 0) {
      add("oom", Warning, "the guest's kernel killed programs for want of memory",
          fmt::format("{} since its boot; maximum {}", *kills, format_bytes(limits_.maximum)),
          fmt::format("raise its maximum, minimum or buffer: aerostat set {} --help", name_));
    }
    // Windows always refuses what its page file cannot back.
    if (exam_.report.sample.commit_room && !windows()) {
      add("guest-overcommit", Note, "the guest's kernel refuses programs memory beyond a share of its size",
          "vm.overcommit_memory is 2 in the guest",
          "let the service relax it (see aerostat-guest(8)), or set it to 0 there");
    }
  }

  void speaking() {
    if (exam_.standing.too_new.empty() && !exam_.agent_version.empty() &&
        exam_.agent_version != vm_.version) {
      add("service", Note, "the service in the guest has another version than the host",
          fmt::format("guest {}, host {}", exam_.agent_version, vm_.version),
          "update aerostat-guest in the guest when convenient");
    }
    if (!exam_.complaint.empty())
      add("service", Warning, "the service in the guest reports a failure", exam_.complaint,
          windows() ? "see the guest's application log, source aerostat-guest"
                    : "see its log: journalctl -u aerostat-guest in the guest");
  }

  // What was sized at the guest's boot stays small.
  void boot_sizes() {
    if (!dynamic() || facts_.base <= Bytes{}) return;
    const Bytes added = std::max(Bytes{}, limits_.maximum - facts_.base);
    const Bytes structures = added.scaled(kPageStructures);
    if (structures > facts_.base.scaled(kMuchOfBoot)) {
      add("boot-memory", Warning,
          "at its maximum, the kernel's description of added memory takes much of what it boots with",
          fmt::format("{} of {}", format_bytes(structures), format_bytes(facts_.base)),
          fmt::format("boot it with more, for example {}, or lower its maximum",
                      format_bytes((added.scaled(kPageStructures / kMuchOfBoot)).round_up(kMemoryBlock))));
    } else if (added >= facts_.base.scaled(kManyTimesBoot - 1)) {
      add("boot-memory", Note,
          "the guest's kernel and programs that size themselves at start were sized for what it boots with",
          fmt::format("boots with {}, grows to {}", format_bytes(facts_.base), format_bytes(limits_.maximum)),
          "restart such programs (databases, Java) after it has grown, or boot it with more");
    }
  }

  void movement() {
    if (exam_.shrink_stalled) {
      add("shrink", Warning, "it was asked to give memory and gives no more", exam_.report.note,
          windows()
              ? "it is asked again later; a larger page file in the guest lets it give more, or raise its "
                "minimum"
              : "it is asked again later; look for pinned memory in the guest (DPDK, mlock), or raise its "
                "minimum");
    }
    if (exam_.growth_stalled) {
      add("growth", Warning, "the guest does not take in the memory that it is given", exam_.report.note,
          windows() ? "it is offered again later; look into the guest's system log and its Device Manager"
                    : "it is offered again later; look into the guest's dmesg for virtio_mem");
    }
    if (exam_.refused) {
      add("host-full", Warning, "it wants more, and the host has no more to give",
          exam_.report.wanted && exam_.report.assigned
              ? fmt::format("wanted {}, assigned {}", format_bytes(*exam_.report.wanted),
                            format_bytes(*exam_.report.assigned))
              : "",
          fmt::format(
              "raise its weight (aerostat set {} --weight), lower the minimums of others, or add memory",
              name_));
    }
    if (facts_.run_state == RunState::Paused)
      add("stopped", Note, "its guest does not run, so its memory does not move", facts_.run_note,
          "continue it in its monitor (cont), or virsh resume");
  }

  void fine() {
    const std::string has = exam_.report.assigned ? "assigned " + format_bytes(*exam_.report.assigned) : "";
    if (facts_.run_state == RunState::Unknown) {
      add("vm", Warning, "unknown: whether its guest runs is not known", has);
    } else if (!exam_.report.demand && runs()) {
      add("vm", Warning, "unknown: its need is not known yet", exam_.report.note, "ask again in a minute");
    } else {
      add("vm", Ok, "its memory follows its need", has);
    }
  }

  const VmFacts& vm_;
  const VmExam& exam_;
  const MachineFacts& facts_;
  const Limits& limits_;
  std::string name_;
  Findings out_;
};

}  // namespace

Findings check_vm(const VmFacts& vm) { return Examination(vm).run(); }

}  // namespace aerostat
