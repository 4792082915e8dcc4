// Which unix sockets a living process listens on, as the kernel lists them. Nothing is connected to: QEMU's
// monitor serves one client, and a look must not take its place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aerostat {

// The first of `paths` that is there. `table` is /proc/net/unix. Nothing: empty.
std::string first_listening(const std::vector<std::string>& paths, std::string_view table);
// The same for this host. A table that cannot be read counts as empty.
std::string first_listening(const std::vector<std::string>& paths);

}  // namespace aerostat
