#include "api/access.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>

namespace aerostat {

std::optional<Peer> peer_of_socket(int fd) {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return std::nullopt;
  Peer out{credentials.uid, credentials.gid, {}};
  // The kernel allows a process 65,536 groups. Ask for the size first.
  socklen_t bytes = 0;
  // NOLINTNEXTLINE(clang-analyzer-unix.StdCLibraryFunctions): how it tells the size
  ::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, nullptr, &bytes);
  out.groups.resize(bytes / sizeof(gid_t));
  if (bytes != 0 && ::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, out.groups.data(), &bytes) != 0)
    out.groups.clear();
  return out;
}

Result<void> may_change(const std::optional<Peer>& peer, const AccessRule& rule) {
  if (!peer)
    return fail(Error::Kind::Denied,
                "changing is refused, because the kernel does not say who asks; connect again");
  if (peer->uid == 0 || peer->uid == rule.daemon_uid || peer->gid == rule.socket_group) return {};
  if (std::find(peer->groups.begin(), peer->groups.end(), rule.socket_group) != peer->groups.end()) return {};
  // A member of the group root may do far more than this.
  if (rule.socket_group == 0) {
    return fail(
        Error::Kind::Denied,
        fmt::format("changing is refused, because user {} is not root; use sudo, or give the socket a group "
                    "([api] group in aerostat.toml) and join that",
                    peer->uid));
  }
  return fail(Error::Kind::Denied, fmt::format("changing is refused, because user {} is neither root nor in "
                                               "the socket's group {}; use sudo, or join "
                                               "that group and log in again",
                                               peer->uid, rule.socket_group));
}

Principal principal_of(const std::optional<Peer>& peer, const AccessRule& rule) {
  Principal out;
  out.name = peer ? fmt::format("user {}", peer->uid) : "unknown";
  const Result<void> allowed = may_change(peer, rule);
  out.scope = allowed ? Scope::Own : Scope::Read;
  if (!allowed) out.refusal = allowed.error().message;
  return out;
}

Result<void> allows(const Principal& principal, Scope needed) {
  if (principal.scope >= needed) return {};
  if (principal.scope == Scope::Change)
    return fail(Error::Kind::Denied,
                "this is done on the daemon's own socket only; use `aerostat token` on the host");
  return fail(Error::Kind::Denied, principal.refusal);
}

}  // namespace aerostat
