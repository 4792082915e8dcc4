#include <gtest/gtest.h>

#include "adopt/domain_fixture.h"

namespace aerostat {
namespace {

struct Obstacle {
  std::string xml;
  std::string sentence;  // a part of it
};

TEST(Obstacles, EachIsOneSentenceWithWhatToDo) {
  const std::vector<Obstacle> all = {
      {domain_xml(kBalloon, "", "2097152", "q35", "x86_64", "xen"), "of type 'xen'"},
      {domain_xml(kBalloon, "", "2097152", "q35", "x86_64", "lxc"), "of type 'lxc'"},
      {domain_xml(kBalloon, "", "2097152", "microvm"), "'microvm' has no PCI bus"},
      {domain_xml(kBalloon, "", "2097152", "isapc"), "'isapc' has no PCI bus"},
      {domain_xml(kBalloon, "  <launchSecurity type='sev'/>\n"), "<launchSecurity type='sev'>"},
      {domain_xml(kBalloon, "  <memoryBacking><hugepages/></memoryBacking>\n"), "huge pages"},
      {domain_xml(kBalloon, "  <memoryBacking><locked/></memoryBacking>\n"), "locked"},
      {domain_xml(kBalloon + "<hostdev mode='subsystem' type='pci'/>"), "<hostdev type='pci'>"},
      {domain_xml(kBalloon + "<hostdev mode='subsystem' type='mdev'/>"), "<hostdev type='mdev'>"},
      {domain_xml(kBalloon + "<interface type='hostdev'/>"), "<interface type='hostdev'>"},
      {domain_xml(kBalloon + "<interface type='vdpa'/>"), "<interface type='vdpa'>"},
      {domain_xml(kBalloon + "<disk type='nvme'/>"), "<disk type='nvme'>"},
      {domain_xml(kBalloon,
                  "  <qemu:commandline><qemu:arg value='virtio-mem-pci,id=x'/></qemu:commandline>\n"),
       "<qemu:commandline>"},
      {domain_xml(kBalloon, "  <memtune><hard_limit unit='GiB'>4</hard_limit></memtune>\n"), "<hard_limit>"},
      {domain_xml(kBalloon, "", "2097152", "virt", "aarch64"), "this is aarch64"},
      {domain_xml(kBalloon, "", "2097152", "s390-ccw-virtio", "s390x"), "this is s390x"},
      {domain_xml(kBalloon, "", "2097152", "pc", "i686"), "this is i686"}};
  for (const Obstacle& one : all) {
    const std::string error = error_of(one.xml);
    EXPECT_NE(error.find(one.sentence), std::string::npos) << one.sentence << ": " << error;
    EXPECT_NE(error.find(';'), std::string::npos) << "what to do: " << error;
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  }
}

TEST(Obstacles, ABalloonAloneIsEnoughWhereNothingCanBeAdded) {
  EXPECT_EQ(error_of(domain_xml(kBalloon, "", "2097152", "virt", "aarch64"), sizes(512, 2048)), "accepted");
  EXPECT_EQ(error_of(domain_xml(kBalloon, "", "2097152", "pc", "i686"), sizes(512, 2048)), "accepted");
}

TEST(Obstacles, DevicesThatPinNothingAreNone) {
  EXPECT_EQ(error_of(domain_xml(kBalloon + "<hostdev mode='subsystem' type='usb'/><hostdev mode='subsystem' "
                                           "type='scsi'/><interface type='bridge'/><disk type='file'/>")),
            "accepted");
  EXPECT_EQ(error_of(domain_xml(kBalloon,
                                "  <memoryBacking><source type='memfd'/><access "
                                "mode='shared'/></memoryBacking>\n")),
            "accepted");
}

}  // namespace
}  // namespace aerostat
