#include "vmm/libvirt/libvirt_api.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>

#include "base/text.h"

namespace aerostat {

namespace {

constexpr std::size_t kMostOfAnError = 300;

// The library stays until the program ends: its threads may still run.
void* library_of(const std::string& name) { return dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL); }

template <typename Function>
bool find(void* library, const char* name, std::function<Function>& out) {
  void* const found = dlsym(library, name);
  // POSIX promises that an object pointer of dlsym() can be called.
  if (found != nullptr) out = reinterpret_cast<Function*>(found);
  return found != nullptr;
}

Error::Kind kind_of(int code) {
  switch (code) {
    case VIR_ERR_NO_DOMAIN:
    case VIR_ERR_NO_DOMAIN_METADATA: return Error::Kind::NotFound;
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_AUTH_CANCELLED:
    case VIR_ERR_AUTH_UNAVAILABLE:
    case VIR_ERR_ACCESS_DENIED:
    case VIR_ERR_OPERATION_DENIED: return Error::Kind::Denied;
    case VIR_ERR_NO_CONNECT:
    case VIR_ERR_INVALID_CONN:
    case VIR_ERR_SYSTEM_ERROR:
    case VIR_ERR_RPC: return Error::Kind::Unavailable;
    case VIR_ERR_OPERATION_TIMEOUT:
    case VIR_ERR_AGENT_UNRESPONSIVE: return Error::Kind::Timeout;
    default: return Error::Kind::Refused;
  }
}

}  // namespace

Result<LibvirtApi> load_libvirt(const std::string& name) {
  void* const library = library_of(name);
  if (library == nullptr) {
    return fail(Error::Kind::Unavailable,
                fmt::format("there is no libvirt on this host ({} cannot be loaded); install libvirt's "
                            "client library (Debian: libvirt0)",
                            name));
  }
  LibvirtApi api;
  std::string missing;
  const auto note = [&](bool found, const char* function) {
    if (!found) missing += (missing.empty() ? "" : ", ") + std::string(function);
  };
#define AEROSTAT_LIBVIRT_FIND(function) note(find(library, #function, api.function), #function);
  AEROSTAT_LIBVIRT_CALLS(AEROSTAT_LIBVIRT_FIND)
#undef AEROSTAT_LIBVIRT_FIND
  if (!missing.empty()) {
    return fail(Error::Kind::Unavailable,
                fmt::format("{} lacks {}; install libvirt 7.9 or newer", name, missing));
  }
  if (api.virInitialize() < 0)
    return fail(Error::Kind::Unavailable, fmt::format("{} does not initialise", name));
  api.virSetErrorFunc(nullptr, [](void*, virErrorPtr) {});
  return api;
}

Error libvirt_error(const LibvirtApi& api, const std::string& place) {
  const int code = api.virGetLastErrorCode();
  const char* const said = api.virGetLastErrorMessage();
  const std::string text = printable(said != nullptr ? said : "libvirt gives no reason", kMostOfAnError);
  return Error{kind_of(code), text}.in(place);
}

Result<LibvirtConnection> libvirt_open(const LibvirtApi& api, const std::string& uri, bool read_only) {
  const virConnectPtr opened =
      read_only ? api.virConnectOpenReadOnly(uri.c_str()) : api.virConnectOpen(uri.c_str());
  if (opened == nullptr) return fail(libvirt_error(api, uri));
  return LibvirtConnection(opened, LibvirtFree{&api});
}

Result<std::vector<LibvirtDomain>> libvirt_domains(const LibvirtApi& api, virConnectPtr connection) {
  virDomainPtr* list = nullptr;
  const int count = api.virConnectListAllDomains(connection, &list, 0);
  if (count < 0) return fail(libvirt_error(api, "the list of domains"));
  std::vector<LibvirtDomain> out;
  out.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) out.emplace_back(list[i], LibvirtFree{&api});
  std::free(list);  // NOLINT(cppcoreguidelines-no-malloc): libvirt allocated it so
  return out;
}

Result<LibvirtDomain> libvirt_domain(const LibvirtApi& api, virConnectPtr connection,
                                     const std::string& name_or_uuid) {
  virDomainPtr found = api.virDomainLookupByName(connection, name_or_uuid.c_str());
  if (found == nullptr) {
    Error error = libvirt_error(api, fmt::format("domain '{}'", printable(name_or_uuid, 64)));
    if (error.kind == Error::Kind::NotFound)
      found = api.virDomainLookupByUUIDString(connection, name_or_uuid.c_str());
    if (found == nullptr) return fail(std::move(error));
  }
  return LibvirtDomain(found, LibvirtFree{&api});
}

Result<std::string> libvirt_xml(const LibvirtApi& api, virDomainPtr domain, unsigned flags) {
  char* const text = api.virDomainGetXMLDesc(domain, flags);
  if (text == nullptr) return fail(libvirt_error(api, "the domain's XML"));
  std::string out(text);
  std::free(text);  // NOLINT(cppcoreguidelines-no-malloc): libvirt allocated it so
  return out;
}

}  // namespace aerostat
