// Who may change things. Everyone who can connect to the socket may read. Root, the daemon's own user and the
// members of the socket's group may make changes.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "base/result.h"

namespace aerostat {

// The peer process, as reported by the kernel: it cannot lie about this.
struct Peer {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // supplementary
};

struct AccessRule {
  uid_t daemon_uid = 0;
  gid_t socket_group = 0;
};

// SO_PEERCRED and SO_PEERGROUPS: the peer's credentials when it connected. There is no look-up in a user
// database, which could block. A user who joined the group meanwhile must log in again.
std::optional<Peer> peer_of_socket(int fd);

// A refusal states why and what to do.
Result<void> may_change(const std::optional<Peer>& peer, const AccessRule& rule);

}  // namespace aerostat
