#include "sim/rules/registry.h"

#include <fmt/format.h>

#include "base/text.h"

namespace aerostat::sim {

void Registry::add_rule(std::string name, std::string about, std::function<std::unique_ptr<Rule>()> make) {
  add({std::move(name), std::move(about),
       [make = std::move(make)] { return std::make_unique<RulePolicy>(make()); }});
}

Result<const PolicyEntry*> Registry::find(std::string_view name) const {
  std::string names;
  for (const PolicyEntry& entry : entries_) {
    if (entry.name == name) return &entry;
    names += (names.empty() ? "" : ", ") + entry.name;
  }
  return fail(Error::Kind::NotFound,
              fmt::format("there is no policy '{}'; there are {}", printable(name, 40), names));
}

}  // namespace aerostat::sim
