// A machine without virtio-mem grows by DIMMs: a peer that does as QEMU 7.2 does, and peers that refuse, lie
// and fall silent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "machine_fixture.h"

namespace aerostat {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::string dimm(Bytes n) { return "pc-dimm " + std::to_string(n.count()); }

class QemuDimmsTest : public QemuMachineTest {
 protected:
  // 384 MiB at boot, four slots, room for 1 GiB.
  static QmpScript slots(int count = 4) {
    QmpScript script;
    script.plug = false;
    script.slots = count;
    script.maximum = 1408_MiB;
    return script;
  }
  void end() {
    machine.reset();
    peer.reset();
  }
};

TEST_F(QemuDimmsTest, GrowsByADimmAndCountsItAtOnce) {
  begin_up(slots());
  EXPECT_EQ(facts().maximum(), 1408_MiB);
  EXPECT_EQ(facts().manager_note, "");
  EXPECT_THAT(facts().devices, Contains("DIMMs up to 1.00 GiB more in 4 slots"));
  machine->set_target(700_MiB);
  EXPECT_EQ(facts().committed(), 640_MiB) << "before any answer, and rounded to whole DIMMs";
  EXPECT_TRUE(arrives(640_MiB));
  EXPECT_THAT(peer->orders(), ElementsAre(balloon(384_MiB), dimm(256_MiB)));
  EXPECT_EQ(facts().base, 384_MiB);
  EXPECT_EQ(uncounted, 0u);
  EXPECT_EQ(facts().meddlings, 0u);
  machine->set_target(1408_MiB);
  EXPECT_TRUE(arrives(1408_MiB));
  EXPECT_EQ(peer->script.dimms.size(), 2u);
}

TEST_F(QemuDimmsTest, TheBalloonTakesBackAndGivesFirst) {
  begin_up(slots());
  machine->set_target(640_MiB);
  ASSERT_TRUE(arrives(640_MiB));
  machine->set_target(300_MiB);
  EXPECT_EQ(facts().committed(), 640_MiB);
  ASSERT_TRUE(arrives(300_MiB));
  EXPECT_THAT(facts().devices,
              Contains("256 MiB of DIMMs that stay plugged: the balloon holds what is taken back"));
  machine->set_target(640_MiB);
  ASSERT_TRUE(arrives(640_MiB));
  EXPECT_EQ(peer->script.dimms.size(), 1u);
  EXPECT_EQ(uncounted, 0u);
}

TEST_F(QemuDimmsTest, ALaterDaemonKnowsThem) {
  begin_up(slots());
  machine->set_target(640_MiB);
  ASSERT_TRUE(arrives(640_MiB));
  connect();
  ASSERT_TRUE(comes_up());
  EXPECT_EQ(facts().base, 384_MiB);
  EXPECT_EQ(facts().assigned(), 640_MiB);
  EXPECT_THAT(peer->script.dimms, ElementsAre(std::pair("aerostat-dimm0", 256_MiB)));
  machine->set_target(1408_MiB);
  EXPECT_TRUE(arrives(1408_MiB));
  EXPECT_TRUE(peer->script.dimms.contains("aerostat-dimm1"));
}

TEST_F(QemuDimmsTest, DimmsOfOthersAreWhatItBootedWith) {
  QmpScript script = slots(2);
  script.dimms["theirs"] = 256_MiB;
  script.balloon_actual = script.balloon_target = 640_MiB;
  begin_up(script);
  EXPECT_EQ(facts().base, 640_MiB);
  EXPECT_EQ(facts().maximum(), 1408_MiB);
  machine->set_target(1408_MiB);
  ASSERT_TRUE(arrives(1408_MiB));
  EXPECT_EQ(peer->orders().back(), dimm(768_MiB)) << "one slot was left";
}

TEST_F(QemuDimmsTest, SaysThatAllSlotsAreUsed) {
  begin_up(slots(1));
  machine->set_target(1_GiB);
  EXPECT_EQ(facts().committed(), 384_MiB) << "one slot: all or nothing";
  peer->script.dimms["theirs"] = 128_MiB;
  peer->script.balloon_actual += 128_MiB;
  peer->script.balloon_target += 128_MiB;
  ASSERT_TRUE(lab.until([this] { return !facts().manager_note.empty(); }));
  EXPECT_EQ(facts().manager_note, "all 1 slots for DIMMs are used: it cannot grow beyond 512 MiB");
  EXPECT_EQ(facts().maximum(), 512_MiB);
}

TEST_F(QemuDimmsTest, AddsNoneWhileItMigrates) {
  QmpScript script = slots();
  script.migration = "active";
  begin_up(script);
  machine->set_target(1408_MiB);
  EXPECT_EQ(facts().committed(), 384_MiB);
  peer->script.migration = "completed";
  ASSERT_TRUE(lab.until([this] { return !facts().migrating; }));
  machine->set_target(1408_MiB);
  EXPECT_TRUE(arrives(1408_MiB));
}

TEST_F(QemuDimmsTest, AddsNoneWhereMemoryIsNotPlainOrThereIsVirtioMem) {
  QmpScript script = slots();
  script.boot_memory = "memory-backend-memfd";
  begin_up(script);
  EXPECT_EQ(facts().maximum(), 384_MiB);
  EXPECT_THAT(facts().manager_note, HasSubstr("its memory is not plain (memory-backend-memfd)"));
  script = slots();
  script.plug = true;
  end();
  begin_up(script);
  machine->set_target(640_MiB);
  ASSERT_TRUE(arrives(640_MiB));
  EXPECT_THAT(peer->orders(), Not(Contains(StartsWith("pc-dimm"))));
}

TEST_F(QemuDimmsTest, ARefusedOneLeavesNothingBehindAndIsNotCounted) {
  for (const char* command : {"object-add", "device_add"}) {
    end();
    QmpScript script = slots();
    script.refuses = command;
    script.refusals = 1;
    begin_up(script);
    machine->set_target(1408_MiB);
    ASSERT_TRUE(lab.until([this] { return facts().committed() == 384_MiB; })) << command;
    EXPECT_THAT(facts().refusal, HasSubstr("QEMU refuses to add a DIMM: the script refuses this"));
    EXPECT_TRUE(facts().backs_off);
    EXPECT_TRUE(lab.until([this] { return peer->script.objects.empty(); })) << command;
    EXPECT_TRUE(lab.until([this] { return !facts().backs_off; }));
    machine->set_target(1408_MiB);
    EXPECT_TRUE(arrives(1408_MiB)) << command;
  }
}

TEST_F(QemuDimmsTest, APeerThatSaysYesAndAddsNothingIsNotAskedAgainAtOnce) {
  QmpScript script = slots();
  script.dimm_instead = 0_MiB;
  begin_up(script);
  machine->set_target(1408_MiB);
  ASSERT_TRUE(lab.until([this] { return facts().backs_off; }));
  EXPECT_THAT(facts().refusal, HasSubstr("QEMU says that it added aerostat-dimm0, and does not have it so"));
  EXPECT_TRUE(lab.until([this] { return facts().committed() == 384_MiB; }));
  EXPECT_EQ(peer->orders().size(), 2u) << "the balloon, and one DIMM";
}

TEST_F(QemuDimmsTest, APeerThatAddsAnotherSizeIsCountedAsItIs) {
  for (const Bytes size : {128_MiB, 4_GiB}) {
    end();
    QmpScript script = slots();
    script.dimm_instead = size;
    begin_up(script);
    machine->set_target(640_MiB);
    ASSERT_TRUE(lab.until([this] { return facts().backs_off; }));
    EXPECT_EQ(facts().assigned(), 384_MiB + size);
    EXPECT_GE(facts().committed(), 384_MiB + size);
  }
}

TEST_F(QemuDimmsTest, OneWithoutAnAnswerStaysCountedUntilItIsKnown) {
  QmpScript script = slots();
  script.swallows = "device_add";
  begin_up(script);
  machine->set_target(1408_MiB);
  ASSERT_TRUE(lab.until([this] { return facts().link == Link::Hung; }));
  EXPECT_EQ(facts().committed(), 1408_MiB);
  ASSERT_TRUE(lab.until([this] { return facts().link == Link::Up; }));
  EXPECT_TRUE(lab.until([this] { return facts().committed() == 384_MiB; })) << "it was not carried out";
  EXPECT_THAT(peer->orders(), Contains("object-del aerostat-dimm0")) << "its memory was left behind";
  EXPECT_EQ(uncounted, 0u);
}

TEST_F(QemuDimmsTest, AGuestThatDoesNotTakeOneInGetsNoOtherUntilItBootsAgain) {
  begin_up(slots());
  machine->set_target(640_MiB);
  ASSERT_TRUE(arrives(640_MiB));
  const auto word = [this](int status) {
    peer->send_event("ACPI_DEVICE_OST", {{"info",
                                          {{"device", "aerostat-dimm0"},
                                           {"slot", "0"},
                                           {"slot-type", "DIMM"},
                                           {"source", 1},
                                           {"status", status}}}});
  };
  word(0);
  word(1);
  ASSERT_TRUE(lab.until([this] { return facts().maximum() == 640_MiB; }));
  EXPECT_THAT(facts().manager_note, HasSubstr("its guest did not take aerostat-dimm0 in"));
  EXPECT_EQ(facts().assigned(), 640_MiB) << "and it counts";
  peer->reboot_guest();
  EXPECT_TRUE(lab.until([this] { return facts().maximum() == 1408_MiB; }));
}

TEST_F(QemuDimmsTest, ARebootKeepsThem) {
  begin_up(slots());
  machine->set_target(640_MiB);
  ASSERT_TRUE(arrives(640_MiB));
  machine->set_target(300_MiB);
  ASSERT_TRUE(arrives(300_MiB));
  const auto before = facts().resets;
  peer->reboot_guest();
  ASSERT_TRUE(lab.until([&] { return facts().resets > before; }));
  EXPECT_GE(facts().committed(), 640_MiB) << "all of it is the guest's until its balloon works again";
  EXPECT_EQ(facts().base, 384_MiB);
}

}  // namespace
}  // namespace aerostat
