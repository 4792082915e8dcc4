// Adoption: changes a libvirt domain's definition so that its memory can be managed, and changes it back.
// Pure: XML and wishes in, new XML and sentences out. Nothing that it does not need is changed. What it adds
// and replaces is noted in the domain's <metadata> (model/domain_metadata.h), so that a release undoes
// exactly that, also if the owner edited the definition in between. Refuses, with one sentence, domains whose
// memory cannot be given back to the host, and sizes that break a rule.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/settings.h"

namespace aerostat {

enum class When {
  Now,        // as soon as the new definition is stored
  HotPlug,    // now, if the running domain is changed too, by `device` or `stats_period_s`
  NextStart,  // when the domain is shut down and started again
};

struct DomainChange {
  std::string what;  // for people
  When when = When::NextStart;
  std::string device = {};  // XML to attach to the running domain
  int stats_period_s = 0;   // to set for the running domain's balloon; 0: nothing
};

struct DomainPlan {
  std::string xml;  // the new definition
  // What differs from `definition`, and what the running domain still lacks.
  std::vector<DomainChange> changes;
  std::vector<std::string> notes;  // what the owner should know
  std::string diff;                // for people, without passwords; empty: the definition stays
  // Our element for virDomainSetMetadata, which adds prefix and namespace; empty: it has none any more.
  std::string metadata;
};

// `definition`: the persistent one, with passwords (VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE).
// `running`: the live one; empty if the domain is off. Settings that `wishes` leaves out are those of an
// earlier adoption. Otherwise the maximum is the memory that the domain has now, and the minimum is half of
// what it boots with, at least 256 MiB. The mode is dynamic.
Result<DomainPlan> plan_adoption(std::string_view definition, std::string_view running,
                                 const Settings& wishes);
// Undoes what an adoption changed and nobody changed since. A note for all that stays.
Result<DomainPlan> plan_release(std::string_view definition, std::string_view running);

}  // namespace aerostat
