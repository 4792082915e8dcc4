// The one table of fields: every view (list, show, JSON, later metrics and history) reads VmReport through
// it, so a name, a unit or a meaning is written once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "model/report.h"
#include "model/schema.h"

namespace aerostat {

// std::monostate: not known.
using FieldValue = std::variant<std::monostate, Bytes, std::uint64_t, double, std::string>;

template <typename Report>
struct Field {
  std::string_view id;     // JSON key and column id; ends as its unit says
  std::string_view title;  // column heading
  std::string_view help;   // what it means, one line
  Unit unit;
  Nature nature;
  FieldValue (*get)(const Report&);
};

std::span<const Field<VmReport>> vm_fields();
std::span<const Field<HostReport>> host_fields();
const Field<VmReport>* find_vm_field(std::string_view id);

// For people: "1.38 GiB", "42", "87 %"-less plain numbers with one decimal, "-" when not known.
std::string field_text(const FieldValue& value);

}  // namespace aerostat
