// XML that nobody's libvirt writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "adopt/domain_fixture.h"

namespace aerostat {
namespace {

using testing::HasSubstr;

TEST(HostileXml, IsRefusedWithOneSentence) {
  EXPECT_THAT(error_of(""), HasSubstr("cannot be used"));
  EXPECT_THAT(error_of("<domain"), HasSubstr("cannot be used"));
  EXPECT_THAT(error_of("<network/>"), HasSubstr("its root is not <domain>"));
  EXPECT_THAT(error_of("<domain type='kvm'/>"), HasSubstr("<memory> has no valid size"));
  EXPECT_THAT(error_of(std::string(kLongestDomainXml + 1, ' ')), HasSubstr("at most"));
  std::string deep = domain_xml(kBalloon);
  std::string inner;
  for (int i = 0; i < 100'000; ++i) inner += "<a>";
  for (int i = 0; i < 100'000; ++i) inner += "</a>";
  deep.insert(deep.find("  <devices>"), "<metadata>" + inner + "</metadata>");
  EXPECT_THAT(error_of(deep), HasSubstr("nested deeper"));
}

TEST(HostileXml, EntitiesAreNeitherReadNorDefined) {
  const std::string bomb =
      "<!DOCTYPE domain [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'><!ENTITY c SYSTEM "
      "'file:///etc/passwd'>]>" +
      domain_xml(kBalloon);
  EXPECT_THAT(error_of(bomb), HasSubstr("DOCTYPE"));
  std::string unknown = domain_xml(kBalloon);
  unknown.replace(unknown.find(">web<"), 5, ">&c;<");
  const DomainPlan plan = adopted(unknown, sizes(512, 2048));
  EXPECT_THAT(plan.xml, HasSubstr("<name>&amp;c;</name>"));
}

TEST(HostileXml, NumbersAreBounded) {
  for (const char* size : {"-1", "0", "99999999999999999999", "1099511627777", "1e3", "", "12 GiB"})
    EXPECT_THAT(error_of(domain_xml(kBalloon, "", size)), HasSubstr("<memory> has no valid size")) << size;
  for (const char* part : {"<memory model='dimm'><target/></memory>",
                           "<memory model='dimm'><target><size>-5</size></target></memory>"})
    EXPECT_THAT(error_of(domain_xml(kBalloon + part)), HasSubstr("no valid size")) << part;
  EXPECT_THAT(
      error_of(domain_xml(kBalloon + "<memory model='dimm'><target><size unit='GiB'>64</size></target>"
                                     "</memory>")),
      HasSubstr("larger than its <memory>"));
  EXPECT_THAT(error_of(domain_xml(kBalloon, "<maxMemory slots='-1'>5</maxMemory>")),
              HasSubstr("<maxMemory>"));
}

TEST(HostileXml, NamesWithSpecialCharactersSurvive) {
  std::string xml = domain_xml(kBalloon);
  xml.replace(xml.find("<name>web</name>"), 16, "<name>a&lt;b&amp;&quot;c'&#x1F600;</name>");
  const DomainPlan plan = adopted(xml, sizes(512, 8192));
  EXPECT_THAT(plan.xml, HasSubstr("a&lt;b&amp;\"c'\xF0\x9F\x98\x80"));
  EXPECT_EQ(released(plan.xml).xml, canonical(xml));
}

TEST(HostileXml, OurMetadataWithNonsenseIsNoHarm) {
  for (const char* inner :
       {"<a:adopted/>", "<a:adopted><a:device alias=''/><a:device/></a:adopted>",
        "<a:adopted><a:memory was='-1' now='x'/><a:maxMemory/><a:cell id='7'/><a:numa/></a:adopted>",
        "<a:adopted><a:device alias='ua-aerostat-memory-0'/><a:controllers last='99999999999999999999'/>"
        "</a:adopted>"}) {
    const std::string xml =
        domain_xml(kBalloon, std::string("<metadata><a:domain xmlns:a='urn:aerostat:domain:1'>") + inner +
                                 "</a:domain></metadata>");
    const Result<DomainPlan> back = plan_release(xml, "");
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_THAT(back->xml, HasSubstr("<memory unit='KiB'>2097152</memory>")) << inner;
    EXPECT_EQ(error_of(xml), "accepted") << inner;
  }
}

RC_GTEST_PROP(HostileXmlProperty, AnyBytesAreReadOrRefused, (const std::string& bytes)) {
  (void)plan_adoption(bytes, "", Settings{});
  std::string inside = domain_xml(kBalloon);
  inside.insert(static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(inside.size()))), bytes);
  const Result<DomainPlan> plan = plan_adoption(inside, "", sizes(512, 4096));
  if (plan && !plan->changes.empty()) RC_ASSERT(plan_release(plan->xml, "").has_value());
}

}  // namespace
}  // namespace aerostat
