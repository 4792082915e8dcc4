#include "adopt/domain_start.h"

#include "adopt/facts.h"
#include "domain/xml.h"

namespace aerostat {

Result<DomainStart> domain_start(std::string_view xml) {
  pugi::xml_document document;
  if (Result<void> read = read_domain(xml, document); !read) return fail(std::move(read.error()));
  const pugi::xml_node domain = document.child("domain");
  const Result<DomainFacts> facts = facts_of(domain);
  if (!facts) return fail(facts.error());
  DomainStart out{domain.child_value("uuid"), facts->base()};
  for (const pugi::xml_node& device : domain.child("devices").children("memory")) {
    if (std::string_view(device.attribute("model").value()) != "virtio-mem") continue;
    out.memory += size_in(device.child("target").child("requested")).value_or(Bytes{});
  }
  return out;
}

}  // namespace aerostat
