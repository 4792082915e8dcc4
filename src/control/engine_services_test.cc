// A guest's service that is missing, too old, too new, not understood, or dies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/talking_guest.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::kBoots;
using fakes::linux_guest;
using fakes::table;
using fakes::windows;
using ::testing::HasSubstr;
using Guest = fakes::TalkingGuest;

TEST(ServiceOfAGuest, ThatIsMissingIsNamedAndItsMemoryStays) {
  Guest guest(GuestAbility::Dimm, table());
  guest.passes(130s);
  EXPECT_EQ(guest.report().status, Status::NoIntegration);
  EXPECT_EQ(guest.report().note, "no service speaks in the guest: stays as it is");
  EXPECT_EQ(guest.report().committed, kBoots);
  EXPECT_EQ(guest.exam().standing.row, "");
}

TEST(ServiceOfAGuest, ThatIsNotUnderstoodIsToldAndNotSoughtAfter) {
  Guest guest(GuestAbility::Dimm, table());
  guest.says("{\"t\":\"hello\",\"protocol\":\"2.0\"}");
  guest.says("{\"t\":\"hello\",\"protocol\":\"2.0\"}");
  guest.passes(130s);
  EXPECT_EQ(guest.report().status, Status::NoIntegration);
  EXPECT_EQ(
      guest.report().note,
      "what speaks in the guest is not understood: it sent protocol is not [major, minor]: stays as it is");
  EXPECT_EQ(guest.report().committed, kBoots);
}

TEST(ServiceOfAGuest, ThatIsTooOldIsHeldWithItsRemedyAndTakesPartAgainAfterALiveUpgrade) {
  std::vector<GuestRow> rows = table().rows();
  for (GuestRow& row : rows) row.least_service = "0.1.0";
  const GuestTable guests(rows);
  Guest guest(GuestAbility::Dimm, guests);
  const std::string system = windows("Windows Server 2008 R2", "Enterprise", 1, "x64");
  guest.hello(system);
  guest.needs(2_GiB, 5s);
  const Bytes had = guest.assigned();
  guest.hello(system, "0.0.9");
  guest.needs(4_GiB, 5s);
  EXPECT_EQ(guest.report().status, Status::Static);
  EXPECT_EQ(guest.report().note,
            "its service 0.0.9 is too old for Windows Server 2008 R2 Enterprise SP1 x64: it must be 0.1.0 or "
            "newer: stays as it is");
  EXPECT_EQ(guest.exam().standing.remedy, "install aerostat-guest 0.1.0 in the guest");
  EXPECT_EQ(guest.assigned(), had);
  EXPECT_EQ(guest.report().committed, had) << "memory already given stays counted";
  guest.lose("the service was stopped");
  guest.hello(system, "0.1.0");
  guest.needs(4_GiB, 5s);
  EXPECT_GT(guest.assigned(), had);
  EXPECT_NE(guest.report().status, Status::Static);
}

TEST(ServiceOfAGuest, ThatIsTooNewIsUsedAndNamedWithItsRemedy) {
  Guest guest(GuestAbility::Dimm, table());
  guest.hello(linux_guest("6.1.0"), "0.2.0");
  guest.needs(300_MiB, 2s);
  EXPECT_EQ(guest.report().status, Status::Ok);
  EXPECT_EQ(guest.report().note, "its service 0.2.0 is newer than this host's 0.1.0");
  EXPECT_EQ(guest.exam().standing.remedy, "update aerostat on the host to 0.2.0");
}

TEST(ServiceOfAGuest, OfAnotherProtocolIsHeldAndCounted) {
  Guest guest(GuestAbility::Dimm, table());
  guest.hello(linux_guest("6.1.0"));
  guest.needs(2_GiB, 5s);
  const Bytes had = guest.assigned();
  guest.hello(linux_guest("6.1.0"), "9.0.0", 2);
  guest.needs(4_GiB, 5s);
  EXPECT_EQ(guest.report().status, Status::NoIntegration);
  EXPECT_THAT(guest.report().note, HasSubstr("protocol 2 is not supported; this host speaks 1"));
  EXPECT_EQ(guest.exam().standing.remedy, "update aerostat on the host to 9.0.0");
  EXPECT_EQ(guest.report().committed, had);
}

TEST(ServiceOfAGuest, ThatDiesInTheMiddleOfAMoveLosesNothing) {
  Guest guest(GuestAbility::Dimm, table());
  fakes::FakeMachine& machine = *guest.world().machines.at("web");
  const std::string system = windows("Windows Server 2008 R2", "Enterprise", 1, "x64");
  guest.hello(system);
  guest.needs(500_MiB, 1s);
  machine.obedient = false;  // orders are under way for as long as the test says
  guest.needs(2_GiB, 1s);
  const Bytes asked = machine.facts().target();
  ASSERT_GT(asked, kBoots);
  guest.lose("the service died");
  guest.passes(1s);
  EXPECT_GE(guest.report().committed, asked) << "what was asked for counts although nobody speaks";
  machine.arrive();
  machine.obedient = true;
  guest.passes(5s);
  EXPECT_GE(guest.assigned(), asked) << "what arrived is not taken back";
  EXPECT_NE(guest.report().status, Status::Ok);
  guest.hello(system);
  guest.needs(1500_MiB, 2s);
  EXPECT_EQ(guest.report().status, Status::Ok);
}

}  // namespace
}  // namespace aerostat
