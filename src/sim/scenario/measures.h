// Measures: what a scenario can check, by name.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sim/world/virtual_host.h"

namespace aerostat::sim {

enum class Unit { Size, SizeSeconds, Seconds, Percent, Count };

struct Measure {
  std::string_view name;
  std::string_view about;  // one line
  Unit unit;
  bool of_vm;
  double (*get)(const VirtualHost& host, const VirtualVm* vm);  // MiB for sizes; `vm` is there if `of_vm`
};

std::span<const Measure> measures();
const Measure* find_measure(std::string_view name, bool of_vm);
std::string measure_list(bool of_vm);

bool is_status(std::string_view text);
std::string status_list();

// As people write it: "1.25 GiB", "3.2 s", "0.4 %", "7".
std::string in_unit(Unit unit, double value);

}  // namespace aerostat::sim
