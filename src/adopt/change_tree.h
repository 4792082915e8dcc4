// The two changes of a domain's tree: what an adoption does, and what undoes it. Inside this room only.
//
// Everything that is added has an alias that begins with kOurAlias, which libvirt keeps, or is noted in the
// element `adopted` of the metadata with the value before and after. A value that somebody changed since is
// theirs: it stays.
#pragma once

#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "adopt/facts.h"
#include "model/settings.h"

namespace aerostat {

inline constexpr std::string_view kOurAlias = "ua-aerostat-";  // libvirt keeps aliases with "ua-" only
inline constexpr const char* kGuestChannel = "org.aerostat.guest.0";
inline constexpr int kStatsPeriod = 2;  // seconds; the daemon takes statistics for old after 5
// A Linux guest adds memory in blocks of this size: less is never used.
inline constexpr Bytes kDeviceStep = Bytes::mib(128);
inline constexpr Bytes kDeviceBlock = Bytes::mib(2);  // a transparent huge page

// How much virtio-mem goes to each cell: in proportion to its memory, in whole steps, `total` rounded up.
std::vector<Bytes> shares(const std::vector<Bytes>& cells, Bytes total);

// The highest PCI controller that an adopted domain had before; nothing: it is not adopted.
std::optional<std::int64_t> controllers_before(const pugi::xml_node& domain);
// `settings` are complete and checked; `facts` are of this tree, which is not adopted. `controllers`: as
// above, if it was adopted until now.
void adopt_tree(pugi::xml_node domain, const DomainFacts& facts, const Settings& settings,
                std::optional<std::int64_t> controllers);

struct ReleaseLeft {
  std::vector<std::string> notes;  // what stays, and why
};
// `for_good`: false if it is adopted again at once: controllers that libvirt added stay.
ReleaseLeft release_tree(pugi::xml_node domain, bool for_good);

}  // namespace aerostat
