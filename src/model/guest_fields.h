// What a guest can report of its memory, listed once. The wire, the API and recordings read this table; a
// member of GuestSample that is not in it fails a test.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "model/guest_sample.h"
#include "model/schema.h"

namespace aerostat {

struct GuestField {
  // Where it is kept. Bytes and int are gauges; other whole numbers are counters.
  using Member = std::variant<std::optional<Bytes> GuestSample::*,
                              std::optional<std::uint64_t> GuestSample::*, std::optional<int> GuestSample::*>;

  std::string_view id;      // in the API; ends as its unit says
  std::string_view wire;    // docs/design/protocol.md, memory in KiB; empty: the service does not send it
  std::string_view column;  // in a recording, memory in KiB; empty: it has none
  Unit unit;
  Nature nature;
  Member member;

  // Missing: not known.
  std::optional<std::int64_t> value(const GuestSample& sample) const;
  void put(GuestSample& sample, std::int64_t value) const;
};

std::span<const GuestField> guest_fields();

}  // namespace aerostat
