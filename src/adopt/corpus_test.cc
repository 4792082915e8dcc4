// Definitions as installers write them, and variants of them.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "adopt/change_tree.h"
#include "adopt/domain_fixture.h"

namespace aerostat {
namespace {

// File name without ".xml" -> text.
std::map<std::string, std::string> corpus() {
  std::map<std::string, std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(AEROSTAT_DOMAINS)) {
    if (entry.path().extension() != ".xml") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    out[entry.path().stem().string()] = text.str();
  }
  return out;
}

const std::set<std::string> kRefused = {"hugepages", "hugepages-1g", "locked", "mdev",
                                        "microvm",   "passthrough",  "sev",    "xen"};
const std::set<std::string> kBalloonOnly = {"aarch64", "i686", "ppc64le", "s390x"};

Bytes memory_of(const std::string& xml) {
  pugi::xml_document document;
  EXPECT_TRUE(read_domain(xml, document));
  return size_in(document.document_element().child("memory")).value_or(Bytes{});
}

Settings twice(const std::string& xml) {
  Settings out;
  out.maximum = Bytes::of(memory_of(xml).count() * 2);
  return out;
}

TEST(Corpus, HasEnoughDefinitions) { EXPECT_GE(corpus().size() - kRefused.size(), 20u); }

TEST(Corpus, EachIsAdoptedOrRefusedAsExpected) {
  for (const auto& [name, xml] : corpus()) {
    const Result<DomainPlan> grows = plan_adoption(xml, "", twice(xml));
    const Result<DomainPlan> plain = plan_adoption(xml, "", Settings{});
    EXPECT_EQ(plain.has_value(), kRefused.count(name) == 0)
        << name << ": " << (plain ? "" : plain.error().message);
    EXPECT_EQ(grows.has_value(), kRefused.count(name) + kBalloonOnly.count(name) == 0)
        << name << ": " << (grows ? "" : grows.error().message);
  }
}

TEST(Corpus, AReleaseGivesBackEachOriginal) {
  for (const auto& [name, xml] : corpus()) {
    for (const Settings& wishes : {Settings{}, twice(xml)}) {
      const Result<DomainPlan> plan = plan_adoption(xml, "", wishes);
      if (!plan) continue;
      EXPECT_EQ(released(plan->xml).xml, canonical(xml)) << name;
    }
  }
}

// Sizes that are no power of two, more or fewer devices, other boot memory, twice: always the way back.
RC_GTEST_PROP(CorpusProperty, EveryWayToAdoptLeadsBack, ()) {
  static const std::map<std::string, std::string> all = corpus();
  std::vector<std::string> names;
  for (const auto& [name, xml] : all) {
    if (kRefused.count(name) + kBalloonOnly.count(name) == 0) names.push_back(name);
  }
  const std::string name = *rc::gen::elementOf(names);
  pugi::xml_document document;
  RC_ASSERT(read_domain(all.at(name), document).has_value());
  pugi::xml_node devices = document.document_element().child("devices");
  if (*rc::gen::arbitrary<bool>()) devices.remove_child("memballoon");
  if (*rc::gen::arbitrary<bool>()) devices.remove_child("channel");
  if (*rc::gen::arbitrary<bool>()) document.document_element().remove_child("metadata");
  const std::string original = written(document);

  std::string xml = original;
  const int times = *rc::gen::inRange(1, 4);
  for (int i = 0; i < times; ++i) {
    Settings wishes;
    const Bytes boot = Bytes::kib(*rc::gen::inRange(300 << 10, 64 << 20));
    if (*rc::gen::arbitrary<bool>()) wishes.startup = boot;
    wishes.minimum = Bytes::mib(*rc::gen::inRange(32, 300));
    wishes.maximum = Bytes::kib(*rc::gen::inRange(1 << 20, 256 << 20));
    const Result<DomainPlan> plan = plan_adoption(xml, "", wishes);
    if (plan) xml = plan->xml;
  }
  if (xml == original) return;
  const Result<DomainPlan> back = plan_release(xml, "");
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->xml == original);
}

RC_GTEST_PROP(SharesProperty, GiveAllInWholeStepsAndNoMore, ()) {
  const auto sizes_mib = *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 65536)));
  std::vector<Bytes> cells;
  Bytes all;
  for (const int size : sizes_mib) cells.push_back(Bytes::mib(size));
  for (const Bytes cell : cells) all += cell;
  RC_PRE(all > Bytes{});
  const Bytes total = Bytes::mib(*rc::gen::inRange(0, 1 << 20));
  Bytes sum;
  for (const Bytes part : shares(cells, total)) {
    RC_ASSERT(part == part.round_down(kDeviceStep));
    sum += part;
  }
  RC_ASSERT(sum == total.round_up(kDeviceStep));
}

}  // namespace
}  // namespace aerostat
