// What Aerostat writes into a libvirt domain's <metadata>, so that settings follow the domain:
//
//   <aerostat:domain xmlns:aerostat="urn:aerostat:domain:1">
//     <aerostat:settings mode="dynamic" minimum="512M" maximum="4G" buffer="20" weight="7000"/>
//     <aerostat:adopted>…</aerostat:adopted>
//   </aerostat:domain>
//
// An attribute of `settings` has a name of kSettingNames and a value as on the command line (parse_size() for
// sizes, a whole number of percent for the buffer). A missing attribute means that nobody set it. `adopted`
// is there if `aerostat adopt` changed the definition; only src/adopt reads what is in it.
#pragma once

#include <string_view>

namespace aerostat::domain_metadata {

inline constexpr std::string_view kNamespace = "urn:aerostat:domain:1";
inline constexpr std::string_view kPrefix = "aerostat";
// Names of elements, without the prefix. libvirt may choose another prefix: compare the namespace.
inline constexpr std::string_view kRoot = "domain";
inline constexpr std::string_view kSettings = "settings";
inline constexpr std::string_view kAdopted = "adopted";

}  // namespace aerostat::domain_metadata
