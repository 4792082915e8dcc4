// Our settings in a domain's <metadata>, as text (model/domain_metadata.h). Pure.
#pragma once

#include <string>

#include "base/result.h"
#include "model/settings.h"

namespace aerostat {

// `element` is what the domain has of ours, as libvirt gives it; empty: nothing. Everything in it but the
// settings stays. An error: it is not ours, or no XML.
Result<std::string> with_settings(const std::string& element, const Settings& settings);

}  // namespace aerostat
