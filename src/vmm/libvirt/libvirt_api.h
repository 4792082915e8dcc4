// LibvirtApi: the functions of libvirt's C API that Aerostat calls, under libvirt's own names. load_libvirt()
// finds them in libvirt.so.0 when the program runs, so that no program needs libvirt to start. Tests fill in
// their own: a scripted peer. Every call may block for as long as libvirtd likes: never call one from the
// reactor. The build has this file only if it found libvirt's headers (AEROSTAT_LIBVIRT in CMake).
#pragma once

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace aerostat {

// clang-format off
#define AEROSTAT_LIBVIRT_CALLS(CALL)                                                                         \
  /* the library */                                                                                          \
  CALL(virInitialize) CALL(virGetVersion) CALL(virSetErrorFunc) CALL(virGetLastError)                        \
  CALL(virGetLastErrorCode) CALL(virGetLastErrorMessage) CALL(virResetLastError)                             \
  /* its event loop */                                                                                       \
  CALL(virEventRegisterDefaultImpl) CALL(virEventRunDefaultImpl) CALL(virEventAddTimeout)                    \
  CALL(virEventUpdateTimeout) CALL(virEventRemoveTimeout)                                                    \
  /* connections */                                                                                          \
  CALL(virConnectOpen) CALL(virConnectOpenReadOnly) CALL(virConnectClose) CALL(virConnectIsAlive)            \
  CALL(virConnectSetKeepAlive) CALL(virConnectRegisterCloseCallback) CALL(virConnectUnregisterCloseCallback) \
  CALL(virConnectGetLibVersion) CALL(virConnectGetURI) CALL(virConnectGetDomainCapabilities)                 \
  CALL(virConnectListAllDomains) CALL(virConnectDomainEventRegisterAny)                                      \
  CALL(virConnectDomainEventDeregisterAny)                                                                   \
  /* domains */                                                                                              \
  CALL(virDomainLookupByName) CALL(virDomainLookupByUUIDString) CALL(virDomainRef) CALL(virDomainFree)       \
  CALL(virDomainGetName) CALL(virDomainGetUUIDString) CALL(virDomainGetID) CALL(virDomainIsActive)           \
  CALL(virDomainIsPersistent) CALL(virDomainHasManagedSaveImage) CALL(virDomainGetState)                     \
  CALL(virDomainGetInfo) CALL(virDomainGetControlInfo) CALL(virDomainGetJobInfo) CALL(virDomainGetXMLDesc)   \
  CALL(virDomainDefineXMLFlags) CALL(virDomainAttachDeviceFlags) CALL(virDomainDetachDeviceFlags)            \
  CALL(virDomainUpdateDeviceFlags) CALL(virDomainSetMetadata) CALL(virDomainGetMetadata)                     \
  CALL(virDomainSetMemoryFlags) CALL(virDomainMemoryStats) CALL(virDomainSetMemoryStatsPeriod)              \
  CALL(virDomainCreate)
// clang-format on

struct LibvirtApi {
// NOLINTNEXTLINE(bugprone-macro-parentheses): a member's name takes none
#define AEROSTAT_LIBVIRT_MEMBER(name) std::function<decltype(::name)> name;
  AEROSTAT_LIBVIRT_CALLS(AEROSTAT_LIBVIRT_MEMBER)
#undef AEROSTAT_LIBVIRT_MEMBER
};

inline constexpr const char* kLibvirtLibrary = "libvirt.so.0";

// The real functions. libvirt stops printing errors by itself. An error (Unavailable): the library is not
// installed, or lacks a function.
Result<LibvirtApi> load_libvirt(const std::string& library = kLibvirtLibrary);

// The error of this thread's last call that failed, as one sentence: "PLACE: what libvirt says". NotFound: no
// such domain; Denied: no permission; Unavailable: libvirtd cannot be reached; Timeout: it is busy with
// another call of this domain; otherwise Refused.
Error libvirt_error(const LibvirtApi& api, const std::string& place);

// Owners of what libvirt counts references of. The table must outlive them.
struct LibvirtFree {
  const LibvirtApi* api = nullptr;
  void operator()(virDomainPtr domain) const { api->virDomainFree(domain); }
  void operator()(virConnectPtr connection) const { api->virConnectClose(connection); }
};
using LibvirtDomain = std::unique_ptr<virDomain, LibvirtFree>;
using LibvirtConnection = std::unique_ptr<virConnect, LibvirtFree>;

Result<LibvirtConnection> libvirt_open(const LibvirtApi& api, const std::string& uri, bool read_only = false);
// Running or not, persistent or not.
Result<std::vector<LibvirtDomain>> libvirt_domains(const LibvirtApi& api, virConnectPtr connection);
// By name, otherwise by UUID.
Result<LibvirtDomain> libvirt_domain(const LibvirtApi& api, virConnectPtr connection,
                                     const std::string& name_or_uuid);
// `flags`: VIR_DOMAIN_XML_INACTIVE, VIR_DOMAIN_XML_SECURE. Needs a connection that is not read-only for the
// latter.
Result<std::string> libvirt_xml(const LibvirtApi& api, virDomainPtr domain, unsigned flags = 0);

}  // namespace aerostat
