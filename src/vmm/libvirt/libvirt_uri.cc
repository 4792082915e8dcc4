#include "vmm/libvirt/libvirt_uri.h"

namespace aerostat {

namespace {

constexpr std::string_view kSystem = "/system", kSession = "/session", kSocket = "socket=";

// The part after the host's, with what follows it: "/system?socket=/run/x".
std::optional<std::string_view> path_of(std::string_view uri) {
  for (const std::string_view scheme : {std::string_view("qemu://"), std::string_view("qemu+unix://")}) {
    if (!uri.starts_with(scheme)) continue;
    uri.remove_prefix(scheme.size());
    const std::string_view path = uri.substr(0, uri.find('?'));
    if (path == kSystem || path == kSession) return uri;
  }
  return std::nullopt;
}

}  // namespace

std::string run_directory_of(std::string_view uri,
                             const std::function<std::optional<std::string>(const char*)>& variable) {
  const std::string_view path = path_of(uri).value_or(kSystem);
  const bool session = path.starts_with(kSession);
  // A socket elsewhere is beside what else that libvirtd keeps.
  if (const auto at = path.find(kSocket); at != std::string_view::npos) {
    const std::string_view socket = path.substr(at + kSocket.size());
    const auto folder = socket.substr(0, socket.find('&'));
    return std::string(folder.substr(0, folder.rfind('/'))) + (session ? "/qemu/run" : "/qemu");
  }
  if (!session) return "/run/libvirt/qemu";
  if (const auto runtime = variable("XDG_RUNTIME_DIR")) return *runtime + "/libvirt/qemu/run";
  return variable("HOME").value_or("") + "/.cache/libvirt/qemu/run";
}

}  // namespace aerostat
