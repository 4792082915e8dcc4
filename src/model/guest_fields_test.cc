#include "model/guest_fields.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "model/recording.h"

namespace aerostat {
namespace {

// Counts the members of an aggregate of optionals: as many as it can be initialised with.
struct AnyOptional {
  template <typename T>
  operator std::optional<T>() const;
};
template <typename T, std::size_t... N>
constexpr bool takes(std::index_sequence<N...>) {
  return requires { T{(static_cast<void>(N), AnyOptional{})...}; };
}
template <typename T, std::size_t N = 0>
constexpr std::size_t members() {
  if constexpr (takes<T>(std::make_index_sequence<N + 1>{}))
    return members<T, N + 1>();
  else
    return N;
}

struct Three {
  std::optional<int> a;
  std::optional<Bytes> b;
  std::optional<std::uint64_t> c;
};
static_assert(members<Three>() == 3);

TEST(GuestFields, ListEveryMemberOfASampleOnce) {
  EXPECT_EQ(guest_fields().size(), members<GuestSample>()) << "a member is missing from the table";
  GuestSample sample;
  for (const GuestField& field : guest_fields()) {
    EXPECT_FALSE(field.value(sample)) << field.id << ": another field is kept there too";
    field.put(sample, 7);
    EXPECT_EQ(field.value(sample), 7) << field.id;
  }
}

TEST(GuestFields, EndAsTheirUnitSaysAndAreCountersOrGauges) {
  std::set<std::string_view> ids, wires;
  for (const GuestField& field : guest_fields()) {
    EXPECT_TRUE(ids.insert(field.id).second) << field.id;
    EXPECT_TRUE(field.wire.empty() || wires.insert(field.wire).second) << field.wire;
    EXPECT_TRUE(field.id.ends_with(unit_ending(field.unit))) << field.id;
    EXPECT_EQ(field.id.ends_with("_bytes"), field.unit == Unit::Bytes) << field.id;
    EXPECT_NE(field.nature, Nature::Label) << field.id;
    EXPECT_EQ(field.wire.ends_with("_kib"), !field.wire.empty() && field.unit == Unit::Bytes) << field.wire;
  }
}

TEST(GuestFields, NameColumnsThatARecordingHas) {
  for (const GuestField& field : guest_fields()) {
    if (field.column.empty()) continue;
    EXPECT_TRUE(std::any_of(std::begin(recording::kColumns), std::end(recording::kColumns),
                            [&](const auto& column) { return column.name == field.column; }))
        << field.column;
  }
}

}  // namespace
}  // namespace aerostat
