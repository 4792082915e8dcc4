#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adopt/domain_fixture.h"

namespace aerostat {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what << "\n" << text;
  return text.replace(at, what.size(), with);
}

TEST(Release, GivesBackTheOriginal) {
  for (const std::string& original :
       {domain_xml(kBalloon), domain_xml(""), domain_xml("    <memballoon model='none'/>\n"),
        domain_xml("    <memballoon model='virtio' freePageReporting='off'>\n      <stats period='30'/>\n    "
                   "</memballoon>\n")}) {
    const DomainPlan plan = adopted(original, sizes(512, 8192));
    const DomainPlan back = released(plan.xml);
    EXPECT_EQ(back.xml, canonical(original));
    EXPECT_THAT(back.notes, IsEmpty());
    EXPECT_EQ(back.metadata, "");
    EXPECT_FALSE(back.changes.empty());
  }
}

TEST(Release, RefusesWhatWasNotAdopted) {
  const Result<DomainPlan> plan = plan_release(domain_xml(kBalloon), "");
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, Error::Kind::Refused);
  EXPECT_THAT(plan.error().message, HasSubstr("was not adopted"));
}

TEST(Release, WhatTheOwnerChangedSinceStays) {
  const std::string was = adopted(domain_xml(kBalloon), sizes(512, 8192)).xml;
  const DomainPlan most = released(replaced(was, ">8388608</maxMemory>", ">33554432</maxMemory>"));
  EXPECT_THAT(most.xml, HasSubstr(">33554432</maxMemory>"));
  EXPECT_THAT(most.notes, Contains(HasSubstr("<maxMemory> stays")));

  const DomainPlan period = released(replaced(was, "<stats period='2'", "<stats period='1'"));
  EXPECT_THAT(period.xml, HasSubstr("<stats period='1'"));

  const DomainPlan cell = released(replaced(was, "memory='2097152'", "memory='3145728'"));
  EXPECT_THAT(cell.xml, HasSubstr("<cell"));
  EXPECT_THAT(cell.notes, Contains(HasSubstr("the NUMA cell stays")));

  // A device that the owner added since needs the cell and <maxMemory>.
  const DomainPlan dimm = released(
      replaced(was, "</devices>",
               "<memory model='dimm'><target><size unit='KiB'>1048576</size><node>0</node></target></memory>"
               "</devices>"));
  EXPECT_THAT(dimm.xml, HasSubstr("<memory model='dimm'>"));
  EXPECT_THAT(dimm.xml, HasSubstr("<cell"));
  EXPECT_THAT(dimm.xml, HasSubstr("<maxMemory"));
  EXPECT_THAT(dimm.notes, Contains(HasSubstr("something else refers to it")));

  // Memory that the owner changed: only our device goes.
  const DomainPlan memory =
      released(replaced(was, "<memory unit='KiB'>8388608", "<memory unit='KiB'>9437184"));
  EXPECT_THAT(memory.xml, HasSubstr("<memory unit='KiB'>3145728</memory>"));
}

TEST(Release, AControllerThatOthersUseStays) {
  const std::string was = adopted(domain_xml(kBalloon), sizes(512, 2048)).xml;
  const DomainPlan plan = released(replaced(
      was, "</devices>",
      "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel></devices>"));
  EXPECT_THAT(plan.xml, HasSubstr("<controller type='virtio-serial' index='0'"));
  EXPECT_THAT(plan.notes, Contains(HasSubstr("controller stays")));
}

TEST(Release, ControllersThatLibvirtAddedGoIfNothingUsesThem) {
  const std::string ports =
      "    <controller type='pci' index='1' model='pcie-root-port'/>\n"
      "    <controller type='pci' index='2' model='pcie-root-port'/>\n";
  const std::string original = domain_xml(kBalloon + ports);
  const std::string was = adopted(original, sizes(512, 2048)).xml;
  const std::string added = "<controller type='pci' index='3' model='pcie-root-port'/>";
  EXPECT_EQ(released(replaced(was, "</devices>", added + "</devices>")).xml, canonical(original));
  const std::string used = "<disk type='file'><address type='pci' bus='0x03'/></disk>";
  EXPECT_THAT(released(replaced(was, "</devices>", added + used + "</devices>")).xml,
              HasSubstr("index='3' model='pcie-root-port'"));
  // Also after it was adopted twice.
  const std::string twice = adopted(replaced(was, "</devices>", added + "</devices>"), sizes(256, 2048)).xml;
  EXPECT_THAT(twice, HasSubstr("index='3'"));
  EXPECT_EQ(released(twice).xml, canonical(original));
}

}  // namespace
}  // namespace aerostat
