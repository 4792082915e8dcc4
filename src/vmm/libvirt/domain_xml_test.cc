#include "vmm/libvirt/domain_xml.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/xml.h"
#include "vmm/libvirt/domain_settings.h"

namespace aerostat {
namespace {

using namespace literals;
using ::testing::HasSubstr;

constexpr const char* kPlug =
    "<memory model='virtio-mem'><target><size unit='KiB'>1703936</size><node>0</node><block unit='KiB'>2048"
    "</block><requested unit='KiB'>262144</requested><current unit='KiB'>131072</current></target>"
    "<alias name='virtiomem0'/><address type='pci' bus='0x04'/></memory>";

std::string domain(const std::string& devices, const std::string& more = "") {
  return fmt::format(
      "<domain type='kvm' id='1'><name>web</name><uuid>0ecae3aa-e5c4-4b20-8d22-fe32424c40e3</uuid>"
      "<maxMemory slots='4' unit='KiB'>4194304</maxMemory><memory unit='KiB'>2097152</memory>"
      "<currentMemory unit='KiB'>524288</currentMemory><vcpu placement='static' current='2'>4</vcpu>{}"
      "<devices>{}</devices></domain>",
      more, devices);
}

TEST(DomainXml, TellsBootMemoryFromWhatDevicesAdd) {
  const auto read = parse_domain(domain(std::string(kPlug) + "<memballoon model='virtio'><stats period='5'/>"
                                                             "</memballoon>"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->name, "web");
  EXPECT_EQ(read->boot, 384_MiB);
  EXPECT_EQ(read->dimms, 0_MiB);
  EXPECT_TRUE(read->balloon);
  EXPECT_EQ(read->stats_period, 5);
  EXPECT_EQ(read->free_slots, 4);
  EXPECT_EQ(read->processors, 2);
  ASSERT_EQ(read->plugs.size(), 1u);
  EXPECT_EQ(read->plugs[0].alias, "virtiomem0");
  EXPECT_EQ(read->plugs[0].maximum, 1664_MiB);
  EXPECT_EQ(read->plugs[0].requested, 256_MiB);
  EXPECT_EQ(read->plugs[0].current, 128_MiB);
  EXPECT_TRUE(read->pinned.empty());
}

TEST(DomainXml, KnowsABalloonThatDeflatesByItself) {
  const auto deflates = [](const std::string& attribute) {
    return parse_domain(domain("<memballoon model='virtio'" + attribute + "/>"))->deflates_on_oom;
  };
  EXPECT_TRUE(deflates(" autodeflate='on'"));
  EXPECT_FALSE(deflates(" autodeflate='off'"));
  EXPECT_FALSE(deflates(""));
}

TEST(DomainXml, CountsDimmsAndTheirSlots) {
  const auto read = parse_domain(
      domain("<memory model='dimm'><target><size unit='GiB'>1</size><node>0</node></target></memory>"
             "<memballoon model='none'/>"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->boot, 1_GiB);
  EXPECT_EQ(read->dimms, 1_GiB);
  EXPECT_EQ(read->free_slots, 3);
  EXPECT_EQ(read->our_dimms, 0_MiB);
  EXPECT_FALSE(read->balloon);
}

TEST(DomainXml, KnowsOurDimms) {
  const auto read = parse_domain(domain(
      "<memory model='dimm'><target><size unit='MiB'>512</size></target>"
      "<alias name='ua-aerostat-dimm3'/></memory>"
      "<memory model='dimm'><target><size unit='MiB'>512</size></target><alias name='dimm0'/></memory>"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->dimms, 1_GiB);
  EXPECT_EQ(read->our_dimms, 512_MiB);
  EXPECT_EQ(read->our_numbers, std::vector{3});
  EXPECT_EQ(read->free_slots, 2);
  EXPECT_EQ(dimm_xml(4, 256_MiB),
            "<memory model='dimm'><target><size unit='KiB'>262144</size><node>0</node></target>"
            "<alias name='ua-aerostat-dimm4'/></memory>");
}

TEST(DomainXml, AddsNoDimmToMemoryThatOtherProcessesSee) {
  for (const char* backing : {"<source type='memfd'/>", "<access mode='shared'/>"}) {
    const auto read = parse_domain(domain("", fmt::format("<memoryBacking>{}</memoryBacking>", backing)));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_THAT(read->no_dimms, HasSubstr("not plain"));
  }
  EXPECT_EQ(parse_domain(domain(""))->no_dimms, "");
}

TEST(DomainXml, SaysWhatPinsItsMemory) {
  const auto why = [](const std::string& devices, const std::string& more) {
    return parse_domain(domain(devices, more))->pinned;
  };
  EXPECT_THAT(why("<hostdev type='pci'/>", ""), HasSubstr("passed through"));
  EXPECT_EQ(why("<hostdev type='usb'/>", ""), "");
  EXPECT_THAT(why("<interface type='hostdev'/>", ""), HasSubstr("passed through"));
  EXPECT_THAT(why("<disk type='nvme'/>", ""), HasSubstr("passed through"));
  EXPECT_EQ(why("<disk type='file'/>", ""), "");
  EXPECT_THAT(why("", "<memoryBacking><locked/></memoryBacking>"), HasSubstr("locked"));
  EXPECT_THAT(why("", "<memoryBacking><hugepages/></memoryBacking>"), HasSubstr("huge pages"));
  EXPECT_THAT(why("", "<launchSecurity type='sev'/>"), HasSubstr("encrypted"));
}

TEST(DomainXml, FindsThePortOfTheService) {
  const auto bind =
      parse_domain(domain("<channel type='unix'><source mode='bind' path='/run/a'/><target "
                          "name='org.aerostat.guest.0'/></channel>"));
  EXPECT_EQ(bind->agent_socket, "/run/a");
  const auto other =
      parse_domain(domain("<channel type='spicevmc'><target name='org.aerostat.guest.0'/></channel>"));
  EXPECT_FALSE(other->agent_socket);
  EXPECT_THAT(other->agent_note, HasSubstr("is not a unix socket that QEMU serves"));
  EXPECT_THAT(parse_domain(domain(""))->agent_note, HasSubstr("no channel org.aerostat.guest.0"));
}

TEST(DomainXml, RefusesWhatCannotBe) {
  for (const char* text :
       {"", "<domain", "<network/>", "<domain/>", "<domain><memory unit='KiB'>-1</memory></domain>",
        "<domain><memory unit='elephants'>1</memory></domain>",
        "<domain><memory unit='KiB'>99999999999999999999</memory></domain>"}) {
    const auto read = parse_domain(text);
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().message, HasSubstr("what libvirt says of it cannot be"));
  }
  EXPECT_FALSE(parse_domain(domain("<memory model='virtio-mem'><target/></memory>")));
  EXPECT_FALSE(parse_domain(domain("<memory model='nvdimm'/>")));
  EXPECT_FALSE(
      parse_domain(domain("<memory model='dimm'><target><size unit='GiB'>64</size></target></memory>")));
  EXPECT_FALSE(parse_domain(std::string(kLongestDomainXml + 1, ' ')));
}

TEST(DomainXml, ChangesNothingOfADeviceButItsRequestedSize) {
  const auto read = parse_domain(domain(kPlug));
  const auto xml = with_requested(read->plugs.at(0), 1_GiB);
  ASSERT_TRUE(xml);
  EXPECT_THAT(*xml, HasSubstr("<requested unit=\"KiB\">1048576</requested>"));
  EXPECT_THAT(*xml, HasSubstr("<alias name=\"virtiomem0\"/>"));
  EXPECT_THAT(*xml, HasSubstr("<size unit=\"KiB\">1703936</size>"));
}

std::string metadata(const std::string& settings) {
  return "<metadata><other xmlns='urn:else'><settings mode='dynamic'/></other>"
         "<a:domain xmlns:a='urn:aerostat:domain:1'>" +
         settings + "</a:domain></metadata>";
}

TEST(DomainSettings, AreReadFromOurNamespaceOnly) {
  const auto read = parse_domain(domain(
      "", metadata("<a:settings mode='dynamic' minimum='512M' maximum='1G' buffer='20' weight='7000'/>")));
  EXPECT_EQ(read->settings.mode, Mode::Dynamic);
  EXPECT_EQ(read->settings.minimum, 512_MiB);
  EXPECT_EQ(read->settings.maximum, 1_GiB);
  EXPECT_EQ(read->settings.buffer_percent, 20);
  EXPECT_EQ(read->settings.weight, 7000);
  EXPECT_EQ(read->settings_note, "");
  EXPECT_EQ(parse_domain(domain("", metadata("")))->settings, Settings{});
}

TEST(DomainSettings, ThatAreWrongAreNotUsedAndSaid) {
  for (const char* wrong : {"mode='lively'", "minimum='much'", "weight='1.5'", "colour='red'", "buffer='1'",
                            "mode='dynamic' minimum='2G' maximum='1G'"}) {
    const auto read = parse_domain(domain("", metadata(fmt::format("<a:settings {}/>", wrong))));
    EXPECT_EQ(read->settings, Settings{}) << wrong;
    EXPECT_THAT(read->settings_note, HasSubstr("the settings in its <metadata> are not used: ")) << wrong;
  }
}

TEST(DomainSettings, AreWrittenAsTheyAreRead) {
  Settings settings;
  settings.mode = Mode::Dynamic;
  settings.minimum = 512_MiB;
  settings.maximum = Bytes::kib(1234567);
  settings.weight = 0;
  const auto fresh = with_settings("", settings);
  ASSERT_TRUE(fresh);
  EXPECT_THAT(*fresh, HasSubstr("<domain><settings "));
  const std::string had =
      "<a:domain xmlns:a=\"urn:aerostat:domain:1\"><a:settings "
      "weight=\"5\"/><a:adopted>x</a:adopted></a:domain>";
  const auto changed = with_settings(had, settings);
  ASSERT_TRUE(changed);
  EXPECT_THAT(*changed, HasSubstr("<a:adopted>x</a:adopted>"));
  const auto read = parse_domain(domain("", "<metadata>" + *changed + "</metadata>"));
  EXPECT_EQ(read->settings, settings) << read->settings_note;
  EXPECT_FALSE(with_settings("<what/>", settings));
}

}  // namespace
}  // namespace aerostat
