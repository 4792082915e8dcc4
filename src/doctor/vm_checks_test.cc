#include "doctor/vm_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace aerostat {
namespace {

using namespace literals;
using ::testing::HasSubstr;

// A dynamic VM without a fault.
VmFacts sound() {
  VmFacts out;
  out.version = "1.0";
  VmExam& exam = out.exam;
  exam.driver = "qemu";
  exam.service = Service::Speaking;
  exam.agent_version = "1.0";
  exam.report.name = "web";
  exam.report.status = Status::Ok;
  exam.report.limits.mode = Mode::Dynamic;
  exam.report.limits.startup = 1_GiB;
  exam.report.limits.minimum = 512_MiB;
  exam.report.limits.maximum = 2_GiB;
  exam.report.assigned = 1_GiB;
  exam.report.demand = 600_MiB;
  exam.facts.link = Link::Up;
  exam.facts.known = true;
  exam.facts.run_state = RunState::Running;
  exam.facts.base = 1_GiB;
  exam.facts.levels = Levels::around(1_GiB, 1_MiB, 2_MiB, 64_MiB, 2_GiB);
  exam.facts.can_change = true;
  exam.facts.agent_socket = "/run/web.agent";
  out.process.locked = out.process.huge = out.process.swapped = Bytes{};
  out.process.limit.known = true;
  return out;
}

Finding found(const VmFacts& vm, std::string_view check) {
  const Findings all = check_vm(vm);
  const auto it = std::ranges::find(all, check, &Finding::check);
  return it == all.end() ? Finding{} : *it;
}

TEST(VmChecks, OfASoundVmSayOnceThatItIsFine) {
  const Findings all = check_vm(sound());
  ASSERT_EQ(all.size(), 1u) << all[0].check << ": " << all[0].text;
  EXPECT_EQ(all[0].severity, Severity::Ok);
  EXPECT_EQ(all[0].vm, "web");
  EXPECT_EQ(all[0].text, "its memory follows its need");
}

TEST(VmChecks, EachFindsItsFault) {
  struct Case {
    std::string check;
    Severity severity;
    void (*spoil)(VmFacts&);
  };
  const Case cases[] = {
      {"monitor", Severity::Problem, [](VmFacts& v) { v.exam.facts.link = Link::Hung; }},
      {"monitor", Severity::Problem, [](VmFacts& v) { v.exam.facts.link = Link::Denied; }},
      {"monitor", Severity::Problem, [](VmFacts& v) { v.exam.facts.link = Link::Lost; }},
      {"locked", Severity::Problem, [](VmFacts& v) { v.process.locked = 1_GiB; }},
      {"huge-pages", Severity::Warning, [](VmFacts& v) { v.process.huge = 1_GiB; }},
      {"swapped", Severity::Warning, [](VmFacts& v) { v.process.swapped = 100_MiB; }},
      {"cgroup", Severity::Warning, [](VmFacts& v) { v.process.limit.limit = 1_GiB; }},
      {"devices", Severity::Problem, [](VmFacts& v) { v.exam.facts.can_change = false; }},
      {"devices", Severity::Warning, [](VmFacts& v) { v.exam.facts.manager_note = "its balloon deflates"; }},
      {"port", Severity::Warning, [](VmFacts& v) { v.exam.facts.agent_socket.reset(); }},
      {"other-hand", Severity::Warning, [](VmFacts& v) { v.exam.facts.meddlings = 1; }},
      {"other-hand", Severity::Warning, [](VmFacts& v) { v.exam.stepped_back = "it moves its balloon"; }},
      {"refusal", Severity::Warning, [](VmFacts& v) { v.exam.facts.refusal = "QEMU refuses"; }},
      {"migration", Severity::Note, [](VmFacts& v) { v.exam.facts.migrating = true; }},
      {"mode", Severity::Note, [](VmFacts& v) { v.exam.report.limits.mode = Mode::Static; }},
      {"maximum", Severity::Warning, [](VmFacts& v) { v.exam.report.settings.maximum = 8_GiB; }},
      {"minimum", Severity::Warning, [](VmFacts& v) { v.exam.left_for_minimum = 100_MiB; }},
      {"service", Severity::Problem, [](VmFacts& v) { v.exam.service = Service::Absent; }},
      {"service", Severity::Problem,
       [](VmFacts& v) {
         v.exam.service = Service::Absent;
         v.exam.service_unread = "sent a line that is not JSON";
       }},
      {"service", Severity::Problem, [](VmFacts& v) { v.exam.service = Service::Silent; }},
      {"service", Severity::Problem, [](VmFacts& v) { v.exam.service = Service::Faulty; }},
      {"service", Severity::Problem, [](VmFacts& v) { v.exam.service = Service::Unsupported; }},
      {"service", Severity::Note, [](VmFacts& v) { v.exam.agent_version = "0.9"; }},
      {"service", Severity::Warning, [](VmFacts& v) { v.exam.complaint = "cannot compact"; }},
      {"offline", Severity::Problem, [](VmFacts& v) { v.exam.offline = 512_MiB; }},
      {"oom", Severity::Warning, [](VmFacts& v) { v.exam.report.oom_kills = 2; }},
      {"guest-overcommit", Severity::Note, [](VmFacts& v) { v.exam.report.sample.commit_room = 1_GiB; }},
      {"shrink", Severity::Warning, [](VmFacts& v) { v.exam.shrink_stalled = true; }},
      {"growth", Severity::Warning, [](VmFacts& v) { v.exam.growth_stalled = true; }},
      {"host-full", Severity::Warning, [](VmFacts& v) { v.exam.refused = true; }},
      {"stopped", Severity::Note, [](VmFacts& v) { v.exam.facts.run_state = RunState::Paused; }},
      {"twin", Severity::Note, [](VmFacts& v) { v.exam.counted_as = "web@libvirt"; }},
  };
  for (const Case& each : cases) {
    VmFacts vm = sound();
    each.spoil(vm);
    const Finding finding = found(vm, each.check);
    EXPECT_EQ(finding.severity, each.severity) << each.check << ": " << finding.text;
    EXPECT_NE(finding.remedy, "") << each.check;
    EXPECT_EQ(finding.vm, "web") << each.check;
    const Findings all = check_vm(vm);
    EXPECT_TRUE(std::ranges::none_of(all, [](const Finding& f) { return f.severity == Severity::Ok; }));
  }
}

TEST(VmChecks, AVmOfWhichNothingIsKnownIsUnknownAndNotFine) {
  for (const Link link : {Link::Connecting, Link::Up, Link::Hung, Link::Denied, Link::Lost}) {
    VmFacts vm = sound();
    vm.exam.facts = {};
    vm.exam.facts.link = link;
    vm.process = {};
    const Findings all = check_vm(vm);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_GE(all[0].severity, Severity::Warning);
    EXPECT_TRUE(all[0].text.starts_with("unknown: ")) << all[0].text;
  }
  VmFacts vm = sound();
  vm.exam.report.demand.reset();
  EXPECT_EQ(check_vm(vm)[0].text, "unknown: its need is not known yet");
  vm.exam.facts.run_state = RunState::Unknown;
  EXPECT_EQ(check_vm(vm)[0].severity, Severity::Warning);
}

TEST(VmChecks, MissingDevicesComeWithTheExactCommand) {
  VmFacts vm = sound();
  vm.exam.facts.levels = Levels::around(1_GiB, 1_MiB, 2_MiB, 64_MiB, 1_GiB);
  vm.exam.report.settings.maximum = 4_GiB;
  EXPECT_THAT(found(vm, "devices").text, HasSubstr("cannot grow above 1.00 GiB"));
  EXPECT_EQ(found(vm, "devices").remedy,
            "start it with what `aerostat qemu-args web --startup 1024M --maximum 4096M` prints");
  vm.exam.driver = "libvirt";
  vm.exam.report.name = "my web (old)";
  EXPECT_EQ(found(vm, "devices").remedy,
            "aerostat adopt 'my web (old)' --minimum 512M --maximum 4096M, then start it again");
  vm.exam.facts.levels = Levels::around(1_GiB, 1_MiB, 2_MiB, 1_GiB, 4_GiB);
  EXPECT_THAT(found(vm, "devices").text, HasSubstr("cannot shrink below 1.00 GiB"));
}

TEST(VmChecks, OfWindowsNameNothingThatOnlyLinuxHas) {
  VmFacts vm = sound();
  vm.exam.report.guest = GuestSystem{.os = "windows", .name = "Windows Server 2016"};
  vm.exam.report.sample.commit_room = 1_GiB;  // Windows always says so
  EXPECT_TRUE(
      std::ranges::none_of(check_vm(vm), [](const Finding& f) { return f.check == "guest-overcommit"; }));
  vm.exam.offline = 512_MiB;
  vm.exam.shrink_stalled = vm.exam.growth_stalled = vm.exam.refused = true;
  vm.exam.complaint = "cannot";
  for (const Service service : {Service::Speaking, Service::Silent, Service::Faulty, Service::Unsupported}) {
    vm.exam.service = service;
    for (const Finding& f : check_vm(vm)) {
      for (const char* of_linux : {"systemctl", "dmesg", "memhp", "mlock", "overcommit", "journalctl"})
        EXPECT_EQ((f.text + f.evidence + f.remedy).find(of_linux), std::string::npos)
            << f.check << ": " << f.remedy;
    }
  }
}

TEST(VmChecks, AServiceThatIsNotUnderstoodIsThere) {
  VmFacts vm = sound();
  vm.exam.service = Service::Absent;
  vm.exam.service_unread = "sent protocol is not [major, minor]";
  const Finding finding = found(vm, "service");
  EXPECT_EQ(finding.evidence, "sent protocol is not [major, minor]");
  EXPECT_EQ(finding.remedy.find("install the service"), std::string::npos) << finding.remedy;
}

// It boots with its maximum: that is no fault, and a device for growth would be no remedy.
TEST(VmChecks, OfWindowsDoNotAskForDevicesThatItCannotUse) {
  VmFacts vm = sound();
  vm.exam.report.guest = GuestSystem{.os = "windows", .name = "Windows 10"};
  vm.exam.facts.levels = Levels::around(1_GiB, 1_MiB, 2_MiB, 64_MiB, 1_GiB);
  vm.exam.report.limits.maximum = 1_GiB;
  EXPECT_EQ(found(vm, "devices").severity, Severity::Note);
  EXPECT_EQ(found(vm, "devices").remedy, "boot it with all that it may need: its balloon takes what is idle");
  vm.exam.report.settings.maximum = 4_GiB;
  EXPECT_EQ(found(vm, "maximum").remedy,
            "start it with what `aerostat qemu-args web --startup 1024M --maximum 4096M --windows` prints");
  vm.exam.facts.grows_by = GuestAbility::Dimm;
  EXPECT_THAT(found(vm, "maximum").remedy, HasSubstr("--windows --dimms` prints"));
  vm.exam.facts.grows_by = GuestAbility::HvBalloon;
  EXPECT_THAT(found(vm, "maximum").remedy, HasSubstr("--maximum 4096M --hv-balloon` prints"));
  vm.exam.facts.can_change = false;
  vm.exam.driver = "libvirt";
  EXPECT_EQ(found(vm, "devices").remedy, "aerostat adopt web --minimum 512M, then start it again")
      << "a maximum would add a virtio-mem";
}

// Of a row that nobody has tried.
TEST(VmChecks, OfAGuestThatTakesInNoMemoryDoNotAskForDevices) {
  VmFacts vm = sound();
  vm.exam.facts.levels = Levels::around(1_GiB, 1_MiB, 2_MiB, 64_MiB, 1_GiB);
  EXPECT_EQ(found(vm, "devices").severity, Severity::Warning);
  vm.exam.standing.can = {Can::Yes, Can::No, Can::Unknown, Can::Unknown};
  EXPECT_EQ(found(vm, "devices").severity, Severity::Note);
  vm.exam.standing.can = {Can::Yes, Can::Yes, Can::Unknown, Can::Unknown};
  EXPECT_EQ(found(vm, "devices").severity, Severity::Warning) << "it could be given DIMMs";
}

TEST(VmChecks, WhatWasSizedAtBootStaysSmall) {
  VmFacts vm = sound();
  vm.exam.facts.base = 512_MiB;
  vm.exam.report.limits.maximum = 4_GiB;
  EXPECT_EQ(found(vm, "boot-memory").severity, Severity::Note);
  vm.exam.report.limits.maximum = 64_GiB;
  EXPECT_EQ(found(vm, "boot-memory").severity, Severity::Warning);
  EXPECT_THAT(found(vm, "boot-memory").evidence, HasSubstr("1016 MiB of 512 MiB"));
}

// One row, as the table might have it, and a VM whose guest it is for.
struct WithRow {
  GuestRow row;
  VmFacts vm = sound();
  WithRow() {
    row.id = "windows-7-x86";
    row.os = "windows";
    row.service_pack = 1;
    row.can = {Can::Yes, Can::No, Can::No, Can::Unknown};
    row.least_service = "0.9";
    row.install = "virtio-win 0.1.190";
    vm.exam.report.guest =
        GuestSystem{.os = "windows", .name = "Windows 7", .service_pack = 1, .arch = "x86"};
  }
  Finding finds(std::string_view check) {
    vm.exam.standing = GuestTable({row}).standing(*vm.exam.report.guest, vm.exam.agent_version, vm.version);
    return found(vm, check);
  }
};

TEST(VmChecks, TellWhatAGuestCannotTakeInAndWhatToDo) {
  WithRow w;
  EXPECT_EQ(w.finds("guest").text, "") << "it is not asked for more than it can take in";
  w.vm.exam.limited_by_guest = "ballooned only: Windows 7";
  w.vm.exam.report.limits.maximum = w.vm.exam.facts.base;
  EXPECT_EQ(w.finds("guest").severity, Severity::Warning);
  EXPECT_EQ(w.finds("guest").text, "ballooned only: Windows 7");
  EXPECT_EQ(w.finds("guest").remedy, "boot it with all that it may need: its balloon takes what is idle");
  EXPECT_EQ(w.finds("guest").evidence, "row windows-7-x86 of the table of guests");
  w.vm.exam.report.limits.maximum = 4_GiB;
  EXPECT_THAT(w.finds("guest").remedy, HasSubstr("aerostat set web --maximum 4096M"));
  w.vm.exam.report.guest->service_pack = 0;
  EXPECT_EQ(w.finds("guest").text, "Windows 7 x86 needs service pack 1 and has none");
  EXPECT_EQ(w.finds("guest").remedy, "install service pack 1 in the guest");
}

TEST(VmChecks, TellBootMemoryDefectsAndVersionsByTheTableOfGuests) {
  WithRow w;
  EXPECT_EQ(w.finds("vm").severity, Severity::Ok) << "nothing is special";
  w.row.least_startup = 2_GiB;
  EXPECT_EQ(w.finds("boot-memory").remedy, "boot it with 2048M");
  w.row.defects = {"its balloon stops short", "its statistics freeze"};
  EXPECT_EQ(w.finds("guest-defects").text,
            "known of such guests: its balloon stops short; its statistics freeze");
  EXPECT_EQ(w.finds("guest-defects").remedy, "it needs virtio-win 0.1.190");
  w.vm.exam.agent_version = "0.8";
  EXPECT_THAT(w.finds("guest").text, HasSubstr("its service 0.8 is too old for Windows 7"));
  w.vm.exam.agent_version = "2.0";
  EXPECT_EQ(w.finds("service").remedy, "update aerostat on the host to 2.0");
  w.vm.exam.service = Service::Silent;
  EXPECT_THAT(w.finds("service").text, HasSubstr("newer than this host"));
  w.vm.exam.agent_version = "1.0";
  EXPECT_THAT(w.finds("service").remedy, HasSubstr("sc.exe start aerostat-guest"));
}

TEST(VmChecks, WhatIsStaticIsNoProblemOfItsDevices) {
  VmFacts vm = sound();
  vm.exam.report.limits.mode = Mode::Static;
  vm.exam.facts.can_change = false;
  vm.process.locked = 1_GiB;
  for (const Finding& finding : check_vm(vm)) EXPECT_EQ(finding.severity, Severity::Note) << finding.check;
}

}  // namespace
}  // namespace aerostat
