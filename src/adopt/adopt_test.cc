#include "adopt/adopt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adopt/change_tree.h"
#include "adopt/domain_fixture.h"

namespace aerostat {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const DomainChange* change_with(const DomainPlan& plan, const std::string& part) {
  for (const DomainChange& change : plan.changes) {
    if (has(change.what, part)) return &change;
  }
  return nullptr;
}

TEST(Adopt, GivesADomainAllThatAManagedOneNeeds) {
  const DomainPlan plan = adopted(domain_xml(kBalloon), sizes(512, 8192));
  for (const char* part :
       {"<maxMemory slots='1' unit='KiB'>8388608</maxMemory>", "<memory unit='KiB'>8388608</memory>",
        "<currentMemory unit='KiB'>2097152</currentMemory>",
        "<cell id='0' cpus='0-1' memory='2097152' unit='KiB' />", "<memory model='virtio-mem'>",
        "<size unit='KiB'>6291456</size>", "<node>0</node>", "<block unit='KiB'>2048</block>",
        "<requested unit='KiB'>0</requested>", "<memballoon model='virtio' freePageReporting='on'>",
        "<stats period='2' />", "<target type='virtio' name='org.aerostat.guest.0' />",
        "<controller type='virtio-serial' index='0'>", "xmlns:aerostat='urn:aerostat:domain:1'",
        "<aerostat:settings mode='dynamic' minimum='512M' maximum='8192M' />"})
    EXPECT_TRUE(has(plan.xml, part)) << part << "\n" << plan.xml;
  EXPECT_TRUE(has(plan.diff, "+ ")) << plan.diff;
  EXPECT_TRUE(has(plan.metadata, "<domain>\n  <settings mode='dynamic'")) << plan.metadata;
  EXPECT_FALSE(has(plan.metadata, "aerostat:")) << plan.metadata;
}

TEST(Adopt, AddsNoDeviceForADomainThatShallNotGrow) {
  const DomainPlan plan = adopted(domain_xml(kBalloon), sizes(512, 2048));
  EXPECT_FALSE(has(plan.xml, "virtio-mem"));
  EXPECT_FALSE(has(plan.xml, "maxMemory"));
  EXPECT_FALSE(has(plan.xml, "<numa>"));
  EXPECT_TRUE(has(plan.xml, "freePageReporting='on'"));
}

TEST(Adopt, WithoutSizesItNeverHoldsMoreThanNowAndGivesHalf) {
  const DomainPlan plan = adopted(domain_xml(kBalloon), Settings{});
  EXPECT_TRUE(has(plan.xml, "minimum='1024M' maximum='2048M'")) << plan.xml;
  const DomainPlan small = adopted(domain_xml(kBalloon, "", "307200"), Settings{});
  EXPECT_TRUE(has(small.xml, "minimum='256M' maximum='300M'")) << small.xml;
}

TEST(Adopt, LetsADomainBootWithLess) {
  Settings wishes = sizes(512, 8192);
  wishes.startup = Bytes::mib(1024);
  const DomainPlan plan = adopted(domain_xml(kBalloon, "", "8388608"), wishes);
  EXPECT_TRUE(has(plan.xml, "memory='1048576'")) << plan.xml;
  EXPECT_TRUE(has(plan.xml, "<size unit='KiB'>7340032</size>")) << plan.xml;
  EXPECT_TRUE(has(plan.xml, "<currentMemory unit='KiB'>1048576</currentMemory>")) << plan.xml;
  EXPECT_NE(change_with(plan, "boots with 1.00 GiB instead of 8.00 GiB"), nullptr);
  EXPECT_EQ(released(plan.xml).xml, canonical(domain_xml(kBalloon, "", "8388608")));
}

TEST(Adopt, SharesMemoryAmongCellsByTheirSize) {
  const auto mib = [](std::vector<std::int64_t> sizes_mib) {
    std::vector<Bytes> out;
    for (const std::int64_t size : sizes_mib) out.push_back(Bytes::mib(size));
    return out;
  };
  EXPECT_EQ(shares(mib({4096, 4096}), Bytes::mib(4096)), mib({2048, 2048}));
  EXPECT_EQ(shares(mib({8192, 2048, 2048, 2048}), Bytes::mib(7168)), mib({4096, 1024, 1024, 1024}));
  EXPECT_EQ(shares(mib({1024, 0}), Bytes::mib(100)), mib({128, 0}));
  EXPECT_EQ(shares(mib({1024, 1024}), Bytes::mib(128)), mib({128, 0}));
  EXPECT_EQ(shares(mib({1024, 1024, 1024}), Bytes::mib(512)), mib({256, 128, 128}));
}

TEST(Adopt, KeepsMaxMemoryAndDevicesThatAreThere) {
  const std::string devices =
      kBalloon +
      "    <memory model='dimm'>\n      <target>\n        <size unit='KiB'>1048576</size>\n"
      "        <node>0</node>\n      </target>\n    </memory>\n";
  const std::string top =
      "  <maxMemory slots='4' unit='KiB'>33554432</maxMemory>\n  <cpu>\n    <numa>\n"
      "      <cell id='0' cpus='0-1' memory='1048576' unit='KiB'/>\n    </numa>\n  </cpu>\n";
  const DomainPlan plan = adopted(domain_xml(devices, top), sizes(512, 4096));
  EXPECT_TRUE(has(plan.xml, "<maxMemory slots='4' unit='KiB'>33554432</maxMemory>")) << plan.xml;
  EXPECT_TRUE(has(plan.xml, "<memory unit='KiB'>4194304</memory>")) << plan.xml;
  EXPECT_TRUE(has(plan.xml, "<size unit='KiB'>2097152</size>")) << plan.xml;
  EXPECT_EQ(released(plan.xml).xml, canonical(domain_xml(devices, top)));
}

TEST(Adopt, MakesABalloonWhereThereIsNone) {
  const std::string none = domain_xml("    <memballoon model='none'/>\n");
  const DomainPlan plan = adopted(none, sizes(512, 2048));
  EXPECT_TRUE(has(plan.xml, "<memballoon model='virtio' freePageReporting='on'>")) << plan.xml;
  // libvirt gives it an address.
  std::string with_address = plan.xml;
  with_address.replace(with_address.find("<stats period='2' />"), 20,
                       "<stats period='2'/><address type='pci' bus='0x04'/>");
  EXPECT_EQ(released(with_address).xml, canonical(none));
}

TEST(Adopt, OtherValuesEditAndDoNotDouble) {
  const std::string original = domain_xml(kBalloon);
  const DomainPlan first = adopted(original, sizes(512, 4096));
  const DomainPlan same = adopted(first.xml, sizes(512, 4096));
  EXPECT_EQ(same.xml, first.xml);
  EXPECT_TRUE(same.changes.empty());
  EXPECT_EQ(same.diff, "");
  Settings weight;
  weight.weight = 7000;
  const DomainPlan heavier = adopted(first.xml, weight);
  EXPECT_TRUE(has(heavier.xml, "minimum='512M' maximum='4096M' weight='7000'")) << heavier.xml;
  EXPECT_EQ(heavier.changes.size(), 1u);
  const DomainPlan larger = adopted(heavier.xml, sizes(512, 8192));
  EXPECT_EQ(larger.xml.find("virtio-mem"), larger.xml.rfind("virtio-mem")) << larger.xml;
  EXPECT_TRUE(has(larger.xml, "maximum='8192M' weight='7000'")) << larger.xml;
  EXPECT_NE(change_with(larger, "6.00 GiB for NUMA cell 0 instead of 2.00 GiB"), nullptr);
  EXPECT_EQ(released(larger.xml).xml, canonical(original));
  const DomainPlan smaller = adopted(larger.xml, sizes(512, 2048));
  EXPECT_FALSE(has(smaller.xml, "virtio-mem'>")) << smaller.xml;
  EXPECT_EQ(released(smaller.xml).xml, canonical(original));
}

TEST(Adopt, DevicesKeepTheAddressesThatLibvirtGave) {
  const DomainPlan first = adopted(domain_xml(kBalloon), sizes(512, 4096));
  std::string defined = first.xml;
  const std::string alias = "<alias name='ua-aerostat-memory-0' />";
  defined.replace(defined.find(alias), alias.size(), alias + "<address type='pci' bus='0x06' slot='0x00' />");
  const DomainPlan second = adopted(defined, sizes(512, 8192));
  EXPECT_TRUE(has(second.xml, "<address type='pci' bus='0x06' slot='0x00' />")) << second.xml;
  EXPECT_FALSE(has(second.diff,
                   "- "
                   "      <address"))
      << second.diff;
}

TEST(Adopt, PutsElementsWhereLibvirtWritesThem) {
  const std::string ordered = adopted(domain_xml("    <console type='pty'/>\n    <input type='mouse'/>\n" +
                                                     kBalloon + "    <rng/>\n    <vsock/>\n",
                                                 "", "2097152"),
                                      sizes(512, 4096))
                                  .xml;
  std::size_t at = 0;
  for (const char* part : {"<metadata>", "<maxMemory", "<memory unit", "<controller", "<console", "<channel",
                           "<input", "<memballoon", "<rng", "<memory model", "<vsock"}) {
    const std::size_t found = ordered.find(part);
    EXPECT_TRUE(found != std::string::npos && found > at) << part << "\n" << ordered;
    at = found;
  }
}

TEST(Adopt, SaysWhenEachChangeTakesEffect) {
  const DomainPlan off = adopted(domain_xml(kBalloon), sizes(512, 8192));
  EXPECT_EQ(change_with(off, "settings")->when, When::Now);
  EXPECT_EQ(change_with(off, "virtio-mem")->when, When::NextStart);
  EXPECT_EQ(change_with(off, "port for the service")->when, When::NextStart);

  const DomainPlan plain = adopted(domain_xml(kBalloon), sizes(512, 8192), domain_xml(kBalloon));
  EXPECT_EQ(change_with(plain, "virtio-mem")->when, When::NextStart);
  EXPECT_EQ(change_with(plain, "port for the service")->when, When::NextStart);
  EXPECT_EQ(change_with(plain, "balloon statistics")->when, When::HotPlug);
  EXPECT_EQ(change_with(plain, "balloon statistics")->stats_period_s, 2);

  const std::string ready =
      domain_xml(kBalloon + "    <controller type='virtio-serial' index='0'/>\n",
                 "  <maxMemory slots='2' unit='KiB'>8388608</maxMemory>\n  <cpu><numa>"
                 "<cell id='0' cpus='0-1' memory='2097152' unit='KiB'/></numa></cpu>\n");
  const DomainPlan hot = adopted(ready, sizes(512, 8192), ready);
  ASSERT_EQ(change_with(hot, "virtio-mem")->when, When::HotPlug);
  EXPECT_TRUE(has(change_with(hot, "virtio-mem")->device, "<memory model='virtio-mem'>"));
  EXPECT_EQ(change_with(hot, "port for the service")->when, When::HotPlug);
  const std::string full = domain_xml(kBalloon,
                                      "  <maxMemory slots='2' unit='KiB'>8388607</maxMemory>\n  <cpu><numa>"
                                      "<cell id='0' cpus='0-1' memory='2097152' unit='KiB'/></numa></cpu>\n");
  EXPECT_EQ(change_with(adopted(ready, sizes(512, 8192), full), "virtio-mem")->when, When::NextStart);
}

TEST(Adopt, TellsWhatItLeavesAsItIs) {
  const DomainPlan plan =
      adopted(domain_xml("    <memballoon model='virtio' autodeflate='on'/>\n",
                         "  <memoryBacking><allocation mode='immediate'/></memoryBacking>\n"),
              sizes(512, 2048));
  EXPECT_THAT(plan.notes, Contains(HasSubstr("autodeflate is on and stays")));
  EXPECT_THAT(plan.notes, Contains(HasSubstr("allocation")));
  EXPECT_TRUE(has(plan.xml, "autodeflate='on'"));
}

std::string of_system(const std::string& id, bool hyperv = false) {
  return domain_xml(kBalloon,
                    "  <metadata><li:libosinfo xmlns:li='http://libosinfo.org/xmlns/libvirt/domain/1.0'>"
                    "<li:os id='" +
                        id + "'/></li:libosinfo></metadata>\n" +
                        (hyperv ? "  <features><hyperv><relaxed state='on'/></hyperv></features>\n" : ""));
}

TEST(Adopt, TellsTheOwnerOfAWindowsWhatMovesItsMemory) {
  const DomainPlan plan = adopted(of_system("http://microsoft.com/win/10"), sizes(512, 8192));
  EXPECT_THAT(plan.notes, Contains(HasSubstr("Windows: virtio-balloon moves its memory")));
  EXPECT_THAT(plan.notes, Contains(HasSubstr("never has more than the 2.00 GiB that it boots with; with "
                                             "--startup 8192M")));
  EXPECT_THAT(plan.notes, Contains(HasSubstr("libvirt has no element for it")));
  const DomainPlan gives = adopted(of_system("http://microsoft.com/win/10"), sizes(512, 2048));
  EXPECT_EQ(gives.notes.size(), 2u) << "it never has more anyway";
}

TEST(Adopt, KnowsAWindowsByItsMetadataOrElseByHyperVsFeatures) {
  const auto windows = [](const std::string& xml) { return !adopted(xml, sizes(512, 2048)).notes.empty(); };
  const std::string features = "  <features><hyperv><relaxed state='on'/></hyperv></features>\n";
  EXPECT_TRUE(windows(domain_xml(kBalloon, features)));
  EXPECT_FALSE(windows(of_system("http://debian.org/debian/12", true))) << "its metadata decides";
  EXPECT_FALSE(windows(domain_xml(kBalloon)));
}

TEST(Adopt, ShowsNoPassword) {
  const std::string secret = domain_xml(kBalloon + "    <graphics type='vnc' passwd='hunter2'/>\n");
  const DomainPlan plan = adopted(secret, sizes(512, 2048));
  EXPECT_TRUE(has(plan.xml, "hunter2")) << "the definition keeps it";
  EXPECT_THAT(plan.diff, Not(HasSubstr("hunter2")));
}

TEST(Adopt, RefusesSizesThatBreakARule) {
  const auto error = [](const Settings& wishes) {
    const Result<DomainPlan> plan = plan_adoption(domain_xml(kBalloon), "", wishes);
    return plan ? "accepted" : plan.error().message;
  };
  EXPECT_EQ(
      error(sizes(256, 1024)),
      "it boots with 2.00 GiB, which is more than its maximum 1.00 GiB; raise --maximum, or let it boot with "
      "less (--startup)");
  EXPECT_EQ(
      error(sizes(3072, 4096)),
      "minimum 3.00 GiB is above the 2.00 GiB that it boots with; lower --minimum, or let it boot with more "
      "(--startup)");
  EXPECT_THAT(error(sizes(4096, 2048)), HasSubstr("minimum <= startup <= maximum"));
  EXPECT_THAT(error(sizes(512, std::int64_t{5} << 20)), HasSubstr("above 4 TiB"));
}

TEST(Adopt, SettingsWrittenByHandAreKeptAndComeBack) {
  const std::string original = domain_xml(
      kBalloon,
      "  <metadata>\n    <a:domain xmlns:a='urn:aerostat:domain:1'>\n      <a:settings weight='9000'/>\n"
      "    </a:domain>\n  </metadata>\n");
  const DomainPlan plan = adopted(original, sizes(512, 4096));
  EXPECT_TRUE(has(plan.xml, "maximum='4096M' weight='9000'")) << plan.xml;
  EXPECT_EQ(released(plan.xml).xml, canonical(original));
  const Result<DomainPlan> wrong =
      plan_adoption(domain_xml(kBalloon,
                               "  <metadata><a:domain xmlns:a='urn:aerostat:domain:1'><a:settings "
                               "minimum='lots'/></a:domain></metadata>\n"),
                    "", Settings{});
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(has(wrong.error().message, "minimum in its metadata: 'lots'")) << wrong.error().message;
}

}  // namespace
}  // namespace aerostat
