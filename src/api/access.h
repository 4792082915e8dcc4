// Who may change things. Whoever can connect to the socket may read; changing is for root, the daemon's own
// user and the members of the socket's group.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "base/result.h"

namespace aerostat {

// The process at the other end, as the kernel knows it: it cannot lie about this.
struct Peer {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // supplementary
};

struct AccessRule {
  uid_t daemon_uid = 0;
  gid_t socket_group = 0;
};

// SO_PEERCRED and SO_PEERGROUPS: the peer's credentials when it connected. No look-up in a user database,
// which could block. A user who was put into the group meanwhile has to log in again.
std::optional<Peer> peer_of_socket(int fd);

// A refusal says why and what to do.
Result<void> may_change(const std::optional<Peer>& peer, const AccessRule& rule);

}  // namespace aerostat
