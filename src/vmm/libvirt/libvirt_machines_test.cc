#include "vmm/libvirt/libvirt_machines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "vmm/libvirt/scripted_libvirt.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr auto kPatience = 10s;

class Log final : public MachineListener {
 public:
  void machine_appeared(Machine& machine) override { machines[machine.name()] = &machine; }
  void machine_changed(const VmId&) override { ++changes; }
  void machine_renamed(const VmId&, Machine&) override {}
  void machine_vanished(const VmId& id, const std::string& why) override {
    std::erase_if(machines, [&](const auto& each) { return each.second->id() == id; });
    gone.push_back(why);
  }
  void monitor_ignored(const std::string&, const std::string&) override {}
  std::map<std::string, Machine*> machines;
  std::vector<std::string> gone;
  int changes = 0;
};

// Threads that a test left blocked may still be in its script.
ScriptedLibvirt& new_script() {
  static auto* const all = new std::vector<std::unique_ptr<ScriptedLibvirt>>;
  all->push_back(std::make_unique<ScriptedLibvirt>());
  return *all->back();
}

class Libvirt : public ::testing::Test {
 protected:
  ~Libvirt() override { script.release_all(); }

  void start() {
    domains = LibvirtMachines::start_with(script.api(), io, clock, log, {"qemu:///system"}, 200ms);
  }
  void until(const std::function<bool()>& holds, const char* what) {
    const auto end = clock.now() + kPatience;
    while (!holds()) {
      ASSERT_LT(clock.now(), end) << what;
      io.restart();
      io.run_one_for(10ms);
    }
  }
  Machine& vm(const std::string& name = "web") { return *log.machines.at(name); }
  const MachineFacts& facts(const std::string& name = "web") { return vm(name).facts(); }
  void begin() {
    start();
    until([&] { return log.machines.contains("web") && facts().known; }, "it is known");
  }
  void begin_managed() {
    begin();
    vm().manage(true);
    until([&] { return facts().target_known && facts().assigned() == facts().target(); }, "it is settled");
  }
  // It has 800 MiB by our order, and then 500 by somebody else's. Returns the number of our orders.
  std::size_t set_by_hand() {
    begin_managed();
    vm().set_target(800_MiB);
    until([&] { return facts().assigned() == 800_MiB; }, "it has shrunk");
    look_several_times();
    const auto orders = script.changes().size();
    script.with([](auto& all) { return all[ScriptedLibvirt::kUuid].balloon_kib = 500 * 1024; });
    script.tell_balloon(ScriptedLibvirt::kUuid, 500 * 1024);
    return orders;
  }
  // Readings end before a question that was asked after them is answered.
  void look_several_times() {
    for (int i = 0; i < 5; ++i) {
      const int before = script.calls();
      script.tell_life_cycle(ScriptedLibvirt::kUuid, VIR_DOMAIN_EVENT_DEFINED, 0);
      until([&] { return script.calls() >= before + 5; }, "it is read again");
    }
  }
  void with_other() {
    script.with([](auto& all) {
      all[ScriptedLibvirt::kOther].name = "db";
      return 0;
    });
  }

  ScriptedLibvirt& script = new_script();
  RealClock clock;
  boost::asio::io_context io;
  Log log;
  std::unique_ptr<LibvirtMachines> domains;
};

TEST_F(Libvirt, TakesABalloonThatItsGuestCountsOffTheStatistics) {
  script.with([](auto& all) {
    all[ScriptedLibvirt::kUuid].stats_updated = 1000;
    return all[ScriptedLibvirt::kUuid].autodeflate = true;
  });
  begin_managed();
  EXPECT_THAT(facts().manager_note, HasSubstr("deflate-on-oom"));
  vm().set_target(800_MiB);
  until([&] { return facts().assigned() == 800_MiB; }, "it has shrunk");
  script.with([](auto& all) { return ++all[ScriptedLibvirt::kUuid].stats_updated; });
  look_several_times();
  EXPECT_EQ(facts().balloon_stats->total, 800_MiB);
}

TEST_F(Libvirt, ShowsADomainAsItIs) {
  begin();
  EXPECT_EQ(vm().id(), (VmId{"libvirt", ScriptedLibvirt::kUuid}));
  EXPECT_EQ(facts().link, Link::Up);
  EXPECT_EQ(facts().run_state, RunState::Running);
  EXPECT_EQ(facts().base, 1_GiB);
  EXPECT_EQ(facts().maximum(), 3_GiB);
  EXPECT_EQ(facts().assigned(), 1_GiB);
  EXPECT_EQ(facts().agent_socket, "/scripted/agent");
  EXPECT_THAT(facts().devices, ElementsAre("balloon", "virtio-mem up to 2.00 GiB"));
}

TEST_F(Libvirt, ADomainWithoutVirtioMemGrowsByDimms) {
  script.with([](auto& all) { return all[ScriptedLibvirt::kUuid].virtio_mem = false; });
  begin_managed();
  EXPECT_EQ(facts().maximum(), 8_GiB);
  vm().set_target(1536_MiB);
  EXPECT_EQ(facts().committed(), 1_GiB) << "four slots: steps of 768 MiB";
  vm().set_target(3_GiB);
  EXPECT_EQ(facts().committed(), 2560_MiB) << "before any answer";
  until([&] { return facts().assigned() == 2560_MiB && facts().target() == 2560_MiB; }, "it has grown");
  EXPECT_EQ(facts().base, 1_GiB);
  EXPECT_EQ(facts().meddlings, 0u);
  vm().set_target(800_MiB);
  until([&] { return facts().assigned() == 800_MiB; }, "its balloon took it back");
  EXPECT_THAT(facts().devices,
              Contains("1.50 GiB of DIMMs that stay plugged: the balloon holds what is taken back"));
  domains.reset();
  log.machines.clear();
  begin_managed();
  EXPECT_EQ(facts().base, 1_GiB) << "a later daemon knows them";
  EXPECT_THAT(script.with([](auto& all) { return all[ScriptedLibvirt::kUuid].dimms_kib; }),
              ElementsAre(Pair("ua-aerostat-dimm0", 1536ull * 1024)));
}

TEST_F(Libvirt, ADimmThatIsRefusedIsNotCounted) {
  script.with([](auto& all) {
    all[ScriptedLibvirt::kUuid].virtio_mem = false;
    return all[ScriptedLibvirt::kUuid].refuses_dimms = true;
  });
  begin_managed();
  vm().set_target(8_GiB);
  until([&] { return facts().backs_off && facts().committed() == 1_GiB; }, "it is refused");
  EXPECT_THAT(facts().refusal, HasSubstr("libvirt refuses to add a DIMM"));
}

TEST_F(Libvirt, NoDimmIsAddedWhereNothingSpeaksForIt) {
  script.with([](auto& all) {
    ScriptedDomain& web = all[ScriptedLibvirt::kUuid];
    web.virtio_mem = false;
    web.slots = 1;
    web.dimms_kib["dimm0"] = 1024 * 1024;
    return web.balloon_kib = 2048 * 1024;
  });
  begin_managed();
  EXPECT_EQ(facts().base, 2_GiB) << "another's DIMM is what it booted with";
  EXPECT_EQ(facts().maximum(), 2_GiB);
  EXPECT_THAT(facts().manager_note,
              HasSubstr("all 1 slots for DIMMs are used: it cannot grow beyond 2.00 GiB"));
}

TEST_F(Libvirt, TouchesNothingThatIsNotManaged) {
  begin();
  vm().watch(true);
  look_several_times();
  script.with([](auto& all) { return all[ScriptedLibvirt::kUuid].balloon_kib = 700 * 1024; });
  look_several_times();
  EXPECT_THAT(script.changes(), IsEmpty());
  EXPECT_EQ(facts().assigned(), 700_MiB);
  EXPECT_EQ(facts().committed(), 1_GiB) << "nobody knows what its balloon was asked for";
}

TEST_F(Libvirt, AStaticDomainIsResizedOnceWhenItsOwnerAsks) {
  begin();
  vm().set_target(1536_MiB);
  until([&] { return facts().assigned() == 1536_MiB; }, "it has grown");
  look_several_times();
  EXPECT_FALSE(facts().ordered) << "it is only watched again";
}

TEST_F(Libvirt, LearnsWhatABalloonWasAskedForByAskingForTheSame) {
  script.with([](auto& all) { return all[ScriptedLibvirt::kUuid].balloon_kib = 700 * 1024; });
  begin_managed();
  EXPECT_THAT(script.changes(), ElementsAre("web balloon 700"));
  EXPECT_EQ(facts().committed(), 700_MiB);
}

TEST_F(Libvirt, GrowsByPluggedMemoryAndShrinksByBoth) {
  begin_managed();
  vm().set_target(1536_MiB);
  EXPECT_EQ(facts().committed(), 1536_MiB) << "before anybody carried it out";
  until([&] { return facts().assigned() == 1536_MiB; }, "it has grown");
  vm().set_target(768_MiB);
  until([&] { return facts().assigned() == 768_MiB && facts().committed() == 768_MiB; }, "it has shrunk");
  // A first block may stay open; the balloon has taken as much.
  EXPECT_LE(script.with([](auto& all) { return all[ScriptedLibvirt::kUuid].requested_kib; }), 4096u);
}

TEST_F(Libvirt, ADomainThatHangsKeepsItsMemoryAndDelaysNobody) {
  with_other();
  begin_managed();
  until([&] { return log.machines.contains("db") && facts("db").known; }, "the other is known");
  vm().set_target(2_GiB);
  until([&] { return facts().assigned() == 2_GiB; }, "it has grown");
  vm("db").manage(true);
  script.hang(ScriptedLibvirt::kUuid);
  vm().set_target(1_GiB);
  until([&] { return facts().link == Link::Hung; }, "it is seen to hang");
  EXPECT_EQ(facts().committed(), 2_GiB);
  EXPECT_THAT(facts().link_note, HasSubstr("does not answer"));
  until([&] { return facts("db").target_known; }, "the other is settled");
  vm("db").set_target(1200_MiB);
  until([&] { return facts("db").assigned() == 1200_MiB; }, "the other grows");
  EXPECT_EQ(facts().link, Link::Hung);
  script.release_all();
  until([&] { return facts().link == Link::Up && facts().target_known; }, "it is back");
}

TEST_F(Libvirt, AnOrderThatWaitedTooLongIsNeverCarriedOut) {
  begin_managed();
  script.hang(ScriptedLibvirt::kUuid);
  vm().set_target(1500_MiB);  // its first call hangs, the others wait behind it
  vm().set_target(600_MiB);
  until([&] { return facts().link == Link::Hung; }, "it is seen to hang");
  EXPECT_GE(facts().committed(), 1_GiB);
  script.release_all();
  until([&] { return facts().link == Link::Up && facts().target_known; }, "it is back");
  for (const std::string& change : script.changes()) EXPECT_NE(change, "web balloon 600");
}

TEST_F(Libvirt, ALibvirtdThatIsRestartedIsWaitedFor) {
  with_other();
  begin_managed();
  vm().set_target(1536_MiB);
  until([&] { return facts().assigned() == 1536_MiB; }, "it has grown");
  script.set_reachable(false);
  script.end_connection();
  until([&] { return facts().link == Link::Lost; }, "the link is lost");
  EXPECT_EQ(facts().committed(), 1536_MiB);
  EXPECT_THAT(log.gone, IsEmpty());
  script.with([](auto& all) { return all[ScriptedLibvirt::kOther].runs = false; });
  script.set_reachable(true);
  until([&] { return facts().link == Link::Up; }, "the link is back");
  until([&] { return !log.gone.empty(); }, "the other is seen to be gone");
  EXPECT_EQ(log.machines.count("web"), 1u);
  vm().set_target(1_GiB);
  until([&] { return facts().assigned() == 1_GiB; }, "it obeys again");
}

TEST_F(Libvirt, ALibvirtdMayComeLater) {
  script.set_reachable(false);
  start();
  io.run_one_for(50ms);
  script.set_reachable(true);
  until([&] { return log.machines.contains("web") && facts().known; }, "it is known");
}

TEST_F(Libvirt, XmlThatMakesNoSenseIsSaidAndNotBelieved) {
  begin_managed();
  script.with([](auto& all) {
    all[ScriptedLibvirt::kUuid].xml_instead = "<domain><memory unit='KiB'>-5</memory></domain>";
    return 0;
  });
  script.tell_life_cycle(ScriptedLibvirt::kUuid, VIR_DOMAIN_EVENT_DEFINED, 0);
  until([&] { return facts().link == Link::Lost; }, "it is not believed");
  EXPECT_THAT(facts().link_note, HasSubstr("what libvirt says of it cannot be"));
  EXPECT_EQ(facts().committed(), 1_GiB);
}

TEST_F(Libvirt, SetmemBehindOurBackIsNoticedAndNotFought) {
  const auto orders = set_by_hand();
  until([&] { return facts().meddlings == 1; }, "it is noticed");
  EXPECT_GE(facts().committed(), 1_GiB);
  vm().manage(false);
  look_several_times();
  EXPECT_EQ(script.changes().size(), orders);
  vm().manage(true);
  until([&] { return facts().target_known; }, "its owner wants it managed again");
  EXPECT_THAT(script.changes().back(), HasSubstr("web balloon 500"));
}

// The balloon's new size is news: a pass plans at once, and mostly something else than before.
TEST_F(Libvirt, AnOrderOfOursDoesNotHideASetmem) {
  const auto orders = set_by_hand();
  until([&] { return facts().assigned() == 500_MiB; }, "it is seen");
  vm().set_target(780_MiB);
  until([&] { return facts().meddlings == 1; }, "it is noticed");
  EXPECT_EQ(script.changes().size(), orders) << "and not undone";
}

TEST_F(Libvirt, AnotherRequestedSizeIsNoticedToo) {
  begin_managed();
  script.with([](auto& all) { return all[ScriptedLibvirt::kUuid].requested_kib = 512 * 1024; });
  until([&] { return facts().meddlings == 1; }, "it is noticed");
  EXPECT_EQ(facts().committed(), 1536_MiB);
}

TEST_F(Libvirt, ADomainThatStopsVanishesWithItsReason) {
  begin();
  script.tell_life_cycle(ScriptedLibvirt::kUuid, VIR_DOMAIN_EVENT_STOPPED,
                         VIR_DOMAIN_EVENT_STOPPED_DESTROYED);
  until([&] { return !log.gone.empty(); }, "it vanishes");
  EXPECT_THAT(log.gone, ElementsAre("it was destroyed"));
  script.tell_life_cycle(ScriptedLibvirt::kUuid, VIR_DOMAIN_EVENT_STARTED, 0);
  until([&] { return log.machines.contains("web") && facts().known; }, "it is back");
}

TEST_F(Libvirt, NothingIsOrderedDuringAJobOfLibvirt) {
  begin_managed();
  script.with([](auto& all) { return all[ScriptedLibvirt::kUuid].job = VIR_DOMAIN_JOB_UNBOUNDED; });
  script.tell_life_cycle(ScriptedLibvirt::kUuid, VIR_DOMAIN_EVENT_DEFINED, 0);
  until([&] { return facts().migrating; }, "the job is seen");
  const auto orders = script.changes().size();
  vm().set_target(2_GiB);
  look_several_times();
  EXPECT_EQ(script.changes().size(), orders);
  EXPECT_TRUE(facts().backs_off);
  EXPECT_EQ(facts().committed(), 1_GiB) << "nothing is promised";
}

TEST_F(Libvirt, AHostDeviceMakesItsMemoryUnmanageable) {
  script.with([](auto& all) {
    all[ScriptedLibvirt::kUuid].more = "<hostdev mode='subsystem' type='pci'/>";
    return 0;
  });
  begin();
  EXPECT_FALSE(facts().can_change);
  EXPECT_EQ(facts().committed(), 1_GiB);
  EXPECT_THAT(facts().manager_note, HasSubstr("its memory cannot be managed"));
}

TEST_F(Libvirt, StatisticsAreSwitchedOnOnlyWhereTheyAreNeededAndOffAgain) {
  begin_managed();
  look_several_times();
  EXPECT_EQ(script.with([](auto& all) { return all[ScriptedLibvirt::kUuid].period; }), 0);
  vm().watch(true);
  until([&] { return script.with([](auto& all) { return all[ScriptedLibvirt::kUuid].period; }) == 1; },
        "they are on");
  vm().manage(false);
  until([&] { return script.with([](auto& all) { return all[ScriptedLibvirt::kUuid].period; }) == 0; },
        "they are as they were");
}

TEST_F(Libvirt, DomainsThatRestAreKnownWithTheirSettings) {
  script.with([](auto& all) {
    ScriptedDomain& db = all[ScriptedLibvirt::kOther];
    db.name = "db";
    db.runs = false;
    db.metadata =
        "<aerostat:domain xmlns:aerostat='urn:aerostat:domain:1'><aerostat:settings "
        "weight='7000'/></aerostat:domain>";
    return 0;
  });
  begin();
  until([&] { return domains->resting().contains("db"); }, "it is listed");
  EXPECT_EQ(domains->resting().size(), 1u) << "web runs";
  const VmId db = domains->resting().at("db");
  EXPECT_EQ(domains->settings(db).weight, 7000);
  Settings lighter;
  lighter.weight = 100;
  std::optional<bool> kept;
  domains->keep_settings(db, lighter, [&](const Result<void>& done) { kept = done.has_value(); });
  until([&] { return kept.has_value(); }, "it is answered");
  EXPECT_TRUE(*kept);
  EXPECT_EQ(domains->settings(db).weight, 100);
  EXPECT_THAT(script.with([](auto& all) { return all[ScriptedLibvirt::kOther].metadata; }), HasSubstr("100"));
}

TEST_F(Libvirt, ADomainIsStartedOrWhyItIsNotIsSaid) {
  script.with([](auto& all) { return all[ScriptedLibvirt::kUuid].runs = false; });
  start();
  std::vector<std::string> why;
  const auto failed = [&](const std::string& text) { why.push_back(text); };
  domains->start_domain(ScriptedLibvirt::kUuid, failed);
  until([&] { return script.changes() == std::vector<std::string>{"start web"}; }, "it is started");
  domains->start_domain(ScriptedLibvirt::kUuid, failed);
  until([&] { return why.size() == 1; }, "it runs already");
  domains->start_domain("22222222-2222-2222-2222-222222222222", failed);
  until([&] { return why.size() == 2; }, "there is none");
}

TEST_F(Libvirt, SettingsInTheMetadataAreReadAndWritten) {
  script.with([](auto& all) {
    all[ScriptedLibvirt::kUuid].metadata =
        "<a:domain xmlns:a='urn:aerostat:domain:1'><a:settings mode='dynamic' minimum='512M'/>"
        "<a:adopted>kept</a:adopted></a:domain>";
    return 0;
  });
  int told = 0;
  start();
  domains->when_settings_change([&](const VmId&) { ++told; });
  until([&] { return told == 1; }, "they are told");
  const VmId id = vm().id();
  Settings expected;
  expected.mode = Mode::Dynamic;
  expected.minimum = 512_MiB;
  EXPECT_EQ(domains->settings(id), expected);

  expected.weight = 7000;
  std::optional<Result<void>> kept;
  domains->keep_settings(id, expected, [&](Result<void> done) { kept = std::move(done); });
  until([&] { return kept.has_value(); }, "they are kept");
  ASSERT_TRUE(*kept) << kept->error().message;
  EXPECT_EQ(domains->settings(id), expected);
  script.tell_metadata(ScriptedLibvirt::kUuid);
  look_several_times();
  EXPECT_EQ(domains->settings(id), expected) << "as read again";
  EXPECT_EQ(told, 1);
  const std::string text = script.with([](auto& all) { return all[ScriptedLibvirt::kUuid].metadata; });
  EXPECT_THAT(text, HasSubstr("<a:adopted>kept</a:adopted>"));
}

TEST_F(Libvirt, EndsThoughLibvirtHangs) {
  begin();
  script.hang(ScriptedLibvirt::kUuid);
  script.tell_life_cycle(ScriptedLibvirt::kUuid, VIR_DOMAIN_EVENT_DEFINED, 0);
  until([&] { return facts().link == Link::Hung; }, "it hangs");
  domains.reset();
  script.release_all();
}

}  // namespace
}  // namespace aerostat
