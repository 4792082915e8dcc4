// Why a domain's memory cannot be managed, if so: one sentence with what to do. A domain passes if its
// guest's memory can be given back to the host by a balloon.
#pragma once

#include <pugixml.hpp>

#include "adopt/facts.h"
#include "base/bytes.h"
#include "base/result.h"

namespace aerostat {

Result<void> check_manageable(const pugi::xml_node& domain, const DomainFacts& facts);
// Whether it can also be made larger than it boots, up to `maximum`.
Result<void> check_growable(const pugi::xml_node& domain, const DomainFacts& facts, Bytes maximum);

}  // namespace aerostat
