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

template <typename Report>
void expect_units(std::span<const Field<Report>> fields, const Report& report) {
  for (const Field<Report>& field : fields) {
    const FieldValue value = field.get(report);
    EXPECT_EQ(std::holds_alternative<Bytes>(value), field.unit == Unit::Bytes) << field.id;
    EXPECT_EQ(std::holds_alternative<std::string>(value), field.unit == Unit::None) << field.id;
    EXPECT_TRUE(field.unit != Unit::None || field.nature == Nature::Label) << field.id;
    EXPECT_TRUE(field.id.ends_with(unit_ending(field.unit))) << field.id;
    EXPECT_EQ(field.id.ends_with("_bytes"), field.unit == Unit::Bytes) << field.id;
  }
}

TEST(Fields, SayTheirUnitAndEndInIt) {
  VmReport vm;
  vm.limits.startup = vm.limits.minimum = vm.limits.maximum = Bytes::mib(1);
  vm.limits.buffer_percent = 20;
  vm.assigned = vm.visible = vm.demand = vm.wanted = vm.target = vm.committed = vm.resident = vm.available =
      vm.swap_used = vm.peak_demand = Bytes::mib(1);
  vm.swap_in_pages = vm.swap_out_pages = vm.oom_kills = vm.oom_kills_in_limits = 1;
  vm.pressure_percent = vm.sample_age_s = vm.watched_s = 1;
  expect_units(vm_fields(), vm);
  HostReport host;
  host.paused_since = WallTime{};
  host.host_available = host.host_total = Bytes::mib(1);
  expect_units(host_fields(), host);
}

}  // namespace
}  // namespace aerostat
