#include "model/fields.h"

#include <gtest/gtest.h>

#include <set>

namespace aerostat {
namespace {

TEST(Fields, HaveUniqueIdsAndSayWhatTheyMean) {
  std::set<std::string_view> ids;
  for (const auto& field : vm_fields()) {
    EXPECT_TRUE(ids.insert(field.id).second) << field.id;
    EXPECT_FALSE(field.help.empty()) << field.id;
  }
}

TEST(Fields, ShowTheUnknownAsUnknownNotAsZero) {
  const VmReport report;
  const auto* demand = find_vm_field("demand_bytes");
  ASSERT_NE(demand, nullptr);
  EXPECT_EQ(field_text(demand->get(report)), "-");
  EXPECT_EQ(field_text(find_vm_field("maximum_bytes")->get(report)), "-");
}

TEST(Fields, NameMemoryInBytes) {
  VmReport report;
  report.limits.startup = report.limits.minimum = report.limits.maximum = Bytes::mib(1);
  report.assigned = report.visible = report.demand = report.wanted = report.target = report.committed =
      report.resident = report.available = report.swap_used = Bytes::mib(1);
  for (const auto& field : vm_fields()) {
    const bool is_memory = std::holds_alternative<Bytes>(field.get(report));
    EXPECT_EQ(is_memory, field.id.ends_with("_bytes")) << field.id;
  }
}

}  // namespace
}  // namespace aerostat
