// A small domain for tests, as libvirt writes it.
#pragma once

#include <gtest/gtest.h>

#include <pugixml.hpp>
#include <string>

#include "adopt/adopt.h"
#include "domain/xml.h"

namespace aerostat {

// `top` goes before <devices>, `devices` into it.
inline std::string domain_xml(const std::string& devices = "", const std::string& top = "",
                              const std::string& memory = "2097152",
                              const std::string& machine = "pc-q35-7.2", const std::string& arch = "x86_64",
                              const std::string& type = "kvm") {
  return "<domain type='" + type +
         "'>\n"
         "  <name>web</name>\n"
         "  <memory unit='KiB'>" +
         memory + "</memory>\n  <currentMemory unit='KiB'>" + memory +
         "</currentMemory>\n"
         "  <vcpu placement='static'>2</vcpu>\n"
         "  <os>\n    <type arch='" +
         arch + "' machine='" + machine + "'>hvm</type>\n  </os>\n" + top + "  <devices>\n" + devices +
         "  </devices>\n</domain>\n";
}
inline const std::string kBalloon = "    <memballoon model='virtio'/>\n";

// As the planner writes it, so that texts can be compared.
inline std::string canonical(const std::string& xml) {
  pugi::xml_document document;
  EXPECT_TRUE(read_domain(xml, document)) << xml;
  return written(document);
}

inline Settings sizes(std::int64_t minimum_mib, std::int64_t maximum_mib) {
  Settings out;
  out.minimum = Bytes::mib(minimum_mib);
  out.maximum = Bytes::mib(maximum_mib);
  return out;
}

inline std::string error_of(const std::string& xml, const Settings& wishes = sizes(512, 8192)) {
  const Result<DomainPlan> plan = plan_adoption(xml, "", wishes);
  return plan ? "accepted" : plan.error().message;
}
inline DomainPlan adopted(const std::string& xml, const Settings& wishes, const std::string& running = "") {
  Result<DomainPlan> plan = plan_adoption(xml, running, wishes);
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().message);
  return plan ? *plan : DomainPlan{};
}
inline DomainPlan released(const std::string& xml) {
  Result<DomainPlan> plan = plan_release(xml, "");
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().message);
  return plan ? *plan : DomainPlan{};
}

}  // namespace aerostat
