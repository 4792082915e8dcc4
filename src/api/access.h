// Who asks, and what that allows. Whoever can connect to the socket may read; changing is for root, the
// daemon's own user and the members of the socket's group.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
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

// Each holds those before it. Own: who is known by the kernel's word may also make tokens for others.
enum class Scope { None, Read, Change, Own };

// Who asks, however that was found out: on a unix socket by the kernel's word, elsewhere by what a request
// carries. Routes look at nothing else.
struct Principal {
  std::string name;  // "user 1000", for the log
  Scope scope = Scope::Read;
  std::string refusal;  // why it may not change things, and what to do
};
Principal principal_of(const std::optional<Peer>& peer, const AccessRule& rule);
// Refuses what goes beyond its scope.
Result<void> allows(const Principal& principal, Scope needed);

}  // namespace aerostat
