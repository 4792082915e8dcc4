#include "cli/adoption.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

namespace aerostat {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kDomain =
    "<domain type='kvm'>\n  <name>web</name>\n  <memory unit='KiB'>2097152</memory>\n"
    "  <currentMemory unit='KiB'>2097152</currentMemory>\n  <vcpu>2</vcpu>\n"
    "  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>\n  <devices>\n"
    "    <controller type='virtio-serial' index='0'/>\n    <memballoon model='virtio'/>\n  "
    "</devices>\n</domain>\n";

// A libvirtd with one domain; scripted.
struct Scripted {
  std::string definition = kDomain, running;
  bool persistent = true, saved = false, reachable = true, there = true, refuses = false;
  int error = VIR_ERR_INTERNAL_ERROR;
  std::string said = "it says so";
  std::string changes_to;  // what somebody makes of the definition right after it was read
  std::vector<std::string> calls;
  LibvirtApi api;

  Scripted() {
    static int one = 0;
    api.virConnectOpen = [this](const char*) {
      return reachable ? reinterpret_cast<virConnectPtr>(&one) : nullptr;
    };
    api.virConnectClose = [](virConnectPtr) { return 0; };
    api.virDomainLookupByName = [this](virConnectPtr, const char*) {
      if (!there) error = VIR_ERR_NO_DOMAIN;
      return there ? reinterpret_cast<virDomainPtr>(&one) : nullptr;
    };
    api.virDomainLookupByUUIDString = [](virConnectPtr, const char*) { return virDomainPtr{}; };
    api.virDomainFree = [](virDomainPtr) { return 0; };
    api.virDomainIsPersistent = [this](virDomainPtr) { return persistent ? 1 : 0; };
    api.virDomainIsActive = [this](virDomainPtr) { return running.empty() ? 0 : 1; };
    api.virDomainHasManagedSaveImage = [this](virDomainPtr, unsigned) { return saved ? 1 : 0; };
    api.virDomainGetXMLDesc = [this](virDomainPtr, unsigned flags) {
      const bool persistent_one = (flags & VIR_DOMAIN_XML_INACTIVE) != 0;
      EXPECT_TRUE(!persistent_one || (flags & VIR_DOMAIN_XML_SECURE) != 0) << "passwords would be lost";
      char* const out = ::strdup(persistent_one ? definition.c_str() : running.c_str());
      if (persistent_one && !changes_to.empty()) definition = changes_to;
      return out;
    };
    api.virDomainDefineXMLFlags = [this](virConnectPtr, const char* xml, unsigned flags) {
      EXPECT_EQ(flags, static_cast<unsigned>(VIR_DOMAIN_DEFINE_VALIDATE));
      calls.emplace_back("define");
      if (refuses) return virDomainPtr{};
      definition = xml;
      return reinterpret_cast<virDomainPtr>(&one);
    };
    api.virDomainSetMetadata = [this](virDomainPtr, int, const char* xml, const char*, const char*,
                                      unsigned flags) {
      EXPECT_EQ(flags, static_cast<unsigned>(VIR_DOMAIN_AFFECT_LIVE));
      calls.emplace_back(xml == nullptr ? "no metadata" : "metadata");
      return 0;
    };
    api.virDomainAttachDeviceFlags = [this](virDomainPtr, const char* xml, unsigned flags) {
      EXPECT_EQ(flags, static_cast<unsigned>(VIR_DOMAIN_AFFECT_LIVE));
      calls.emplace_back("attach " + std::string(xml).substr(0, 8));
      return refuses ? -1 : 0;
    };
    api.virDomainSetMemoryStatsPeriod = [this](virDomainPtr, int period, unsigned) {
      calls.emplace_back("period " + std::to_string(period));
      return 0;
    };
    api.virGetLastErrorCode = [this] { return error; };
    api.virGetLastErrorMessage = [this] { return said.c_str(); };
  }
};

struct Ran {
  int status;
  std::string out, err;
};

Adoption yes() {
  Adoption out;
  out.domain = "web";
  out.uri = "qemu:///system";
  out.wishes.minimum = Bytes::mib(512);
  out.wishes.maximum = Bytes::mib(8192);
  out.yes = true;
  return out;
}

Ran run(Scripted& peer, const Adoption& adoption, const std::string& answer = "") {
  std::ostringstream out, err;
  std::istringstream in(answer);
  const int status = carry_out(peer.api, adoption, {out, err}, answer.empty() ? nullptr : &in);
  return {status, out.str(), err.str()};
}

TEST(AdoptionCommand, ShowsChangesAndSaysWhatWorksWhen) {
  Scripted peer;
  const Ran ran = run(peer, yes());
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("+     <memory model='virtio-mem'>"));
  EXPECT_THAT(ran.out,
              HasSubstr("web is adopted.\nNow:\n  settings: mode dynamic, minimum 512M, maximum 8192M"));
  EXPECT_THAT(ran.out, HasSubstr("With its next start:\n"));
  EXPECT_THAT(peer.definition, HasSubstr("<memory model='virtio-mem'>"));
  EXPECT_EQ(peer.calls, std::vector<std::string>{"define"}) << "it is off: nothing else is touched";
  const Ran again = run(peer, yes());
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.out, HasSubstr("web: its definition needs no change"));
  EXPECT_EQ(peer.calls.size(), 1u);
}

TEST(AdoptionCommand, ReleaseGivesBack) {
  Scripted peer;
  ASSERT_EQ(run(peer, yes()).status, 0);
  Adoption release = yes();
  release.release = true;
  const Ran ran = run(peer, release);
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("web is released."));
  EXPECT_THAT(peer.definition, Not(HasSubstr("aerostat")));
  EXPECT_THAT(run(peer, release).err, HasSubstr("domain web: it was not adopted"));
}

TEST(AdoptionCommand, NothingIsChangedUnasked) {
  Adoption ask = yes();
  ask.yes = false;
  for (const std::string answer : {"n\n", "\n", "perhaps\n", ""}) {
    Scripted peer;
    const Ran ran = run(peer, ask, answer);
    EXPECT_EQ(ran.status, 1) << answer;
    EXPECT_THAT(peer.calls, IsEmpty()) << answer;
    EXPECT_THAT(ran.out + ran.err, HasSubstr(answer.empty() ? "add --yes" : "Nothing was changed")) << answer;
  }
  Scripted peer;
  EXPECT_EQ(run(peer, ask, "y\n").status, 0);
  EXPECT_EQ(peer.calls.size(), 1u);
  Scripted dry;
  Adoption look = yes();
  look.dry_run = true;
  EXPECT_THAT(run(dry, look).out, HasSubstr("(dry run: nothing was changed)"));
  EXPECT_THAT(dry.calls, IsEmpty());
}

TEST(AdoptionCommand, ADefinitionThatSomebodyElseChangesIsLeftAlone) {
  Scripted peer;
  peer.changes_to = std::string(kDomain) + "<!-- edited -->";
  const Ran ran = run(peer, yes());
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("somebody changed its definition just now; nothing was changed"));
  EXPECT_THAT(peer.calls, IsEmpty());
}

TEST(AdoptionCommand, EachFailureIsOneSentence) {
  const auto sentence = [](Scripted& peer, int status, const std::string& part) {
    const Ran ran = run(peer, yes());
    EXPECT_EQ(ran.status, status) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(part));
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  };
  Scripted transient;
  transient.persistent = false;
  sentence(transient, 1, "domain web: it is transient");
  Scripted gone;
  gone.there = false;
  sentence(gone, 1, "libvirt has no domain 'web'; `virsh list --all` lists them");
  Scripted nobody;
  nobody.reachable = false;
  nobody.error = VIR_ERR_SYSTEM_ERROR;
  sentence(nobody, 3, "start libvirtd, or name another one with --connect");
  Scripted denied;
  denied.reachable = false;
  denied.error = VIR_ERR_AUTH_FAILED;
  sentence(denied, 3, "use sudo, or become a member of the group libvirt");
  Scripted refuses;
  refuses.refuses = true;
  sentence(refuses, 1, "libvirt does not accept the new definition: it says so");
  EXPECT_EQ(refuses.definition, kDomain);
}

TEST(AdoptionCommand, ARunningDomainGetsItsSettingsAtOnceAndDevicesIfToldTo) {
  Scripted peer;
  peer.running = kDomain;
  const Ran ran = run(peer, yes());
  EXPECT_EQ(peer.calls, (std::vector<std::string>{"define", "metadata"}));
  EXPECT_THAT(ran.out, HasSubstr("its balloon moves its memory between 512 MiB and 2.00 GiB"));
  EXPECT_THAT(ran.out, HasSubstr("Now with --now, otherwise with the next start:\n"));
  EXPECT_THAT(ran.out, HasSubstr("After it is shut down and started again:\n"));

  Scripted now;
  now.running = kDomain;
  Adoption plug = yes();
  plug.now = true;
  EXPECT_EQ(run(now, plug).status, 0);
  EXPECT_EQ(now.calls, (std::vector<std::string>{"define", "metadata", "period 2", "attach <channel"}));

  Scripted later;  // adopted before, and still without the channel
  later.running = kDomain;
  later.definition = peer.definition;
  const Ran caught_up = run(later, plug);
  EXPECT_EQ(caught_up.status, 0) << caught_up.err;
  EXPECT_EQ(later.calls, std::vector<std::string>{"attach <channel"});
}

TEST(AdoptionCommand, ADeviceThatCannotBePluggedIsToldAndTheRestStays) {
  Scripted peer;
  peer.running = kDomain;
  ASSERT_EQ(run(peer, yes()).status, 0);
  peer.refuses = true;
  Adoption plug = yes();
  plug.now = true;
  const Ran ran = run(peer, plug);
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("libvirt refuses: it says so; it takes effect with the next start"));
}

TEST(AdoptionCommand, ASavedStateIsToldOf) {
  Scripted peer;
  peer.saved = true;
  EXPECT_THAT(run(peer, yes()).out, HasSubstr("note: it has a saved state"));
}

TEST(AdoptionCommand, JsonIsOneObject) {
  Scripted peer;
  Adoption json = yes();
  json.json = true;
  const Ran ran = run(peer, json);
  const auto parsed = nlohmann::json::parse(ran.out, nullptr, false);
  ASSERT_TRUE(parsed.is_object()) << ran.out;
  EXPECT_EQ(parsed["domain"], "web");
  EXPECT_EQ(parsed["changed"], true);
  EXPECT_EQ(parsed["changes"][0]["when"], "now");
}

}  // namespace
}  // namespace aerostat
