#include "vmm/libvirt/scripted_libvirt.h"

namespace aerostat {

namespace {

// libvirt keeps all callbacks as one type; each is called as what it is.
template <typename To, typename From>
To as(From function) {
  return reinterpret_cast<To>(reinterpret_cast<void (*)()>(function));
}

}  // namespace

std::shared_ptr<const LibvirtApi> ScriptedLibvirt::api() {
  auto out = std::make_shared<LibvirtApi>();
  out->virGetLastErrorCode = [this] { return code_; };
  out->virGetLastErrorMessage = [] { return "the script says so"; };
  out->virEventRegisterDefaultImpl = [] { return 0; };
  out->virEventAddTimeout = [](int, virEventTimeoutCallback, void*, virFreeCallback) { return 1; };
  out->virEventUpdateTimeout = [this](int, int) {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    loop_.notify_all();
  };
  out->virEventRemoveTimeout = [](int) { return 0; };
  out->virEventRunDefaultImpl = [this] {
    std::unique_lock lock(mutex_);
    loop_.wait(lock, [this] { return woken_; });
    return 0;
  };
  fill_connections(*out);
  fill_domains(*out);
  fill_changes(*out);
  return out;
}

void ScriptedLibvirt::fill_connections(LibvirtApi& api) {
  api.virConnectOpen = [this](const char*) -> virConnectPtr {
    const std::lock_guard lock(mutex_);
    if (!reachable_) return code_ = VIR_ERR_NO_CONNECT, nullptr;
    return reinterpret_cast<virConnectPtr>(new int(0));
  };
  api.virConnectClose = [](virConnectPtr connection) {
    delete reinterpret_cast<int*>(connection);
    return 0;
  };
  api.virConnectIsAlive = [this](virConnectPtr) {
    const std::lock_guard lock(mutex_);
    return reachable_ ? 1 : 0;
  };
  api.virConnectSetKeepAlive = [](virConnectPtr, int, unsigned) { return 0; };
  api.virConnectRegisterCloseCallback = [this](virConnectPtr connection, virConnectCloseFunc call,
                                               void* opaque, virFreeCallback let_go) {
    const std::lock_guard lock(mutex_);
    closers_[connection] = {connection, 0, as<virConnectDomainEventGenericCallback>(call), opaque, let_go};
    return 0;
  };
  api.virConnectUnregisterCloseCallback = [this](virConnectPtr connection, virConnectCloseFunc) {
    const std::lock_guard lock(mutex_);
    const auto node = closers_.extract(connection);
    if (!node.empty()) node.mapped().let_go(node.mapped().opaque);
    return 0;
  };
  api.virConnectDomainEventRegisterAny = [this](virConnectPtr connection, virDomainPtr, int event,
                                                virConnectDomainEventGenericCallback call, void* opaque,
                                                virFreeCallback let_go) {
    const std::lock_guard lock(mutex_);
    callbacks_[++next_id_] = {connection, event, call, opaque, let_go};
    return next_id_;
  };
  api.virConnectDomainEventDeregisterAny = [this](virConnectPtr, int id) {
    const std::lock_guard lock(mutex_);
    const auto node = callbacks_.extract(id);
    if (!node.empty()) node.mapped().let_go(node.mapped().opaque);
    return 0;
  };
  api.virConnectListAllDomains = [this](virConnectPtr, virDomainPtr** out, unsigned) {
    const std::lock_guard lock(mutex_);
    auto** const list = static_cast<virDomainPtr*>(std::calloc(domains_.size() + 1, sizeof(virDomainPtr)));
    int count = 0;
    for (const auto& [uuid, domain] : domains_) list[count++] = handle(uuid);
    *out = list;
    return count;
  };
}

void ScriptedLibvirt::fill_domains(LibvirtApi& api) {
  api.virDomainLookupByUUIDString = [this](virConnectPtr, const char* uuid) -> virDomainPtr {
    const std::lock_guard lock(mutex_);
    return domains_.contains(uuid) ? handle(uuid) : (code_ = VIR_ERR_NO_DOMAIN, nullptr);
  };
  api.virDomainFree = [](virDomainPtr domain) {
    delete reinterpret_cast<std::string*>(domain);
    return 0;
  };
  api.virDomainGetName = [this](virDomainPtr domain) -> const char* {
    const std::lock_guard lock(mutex_);
    const auto found = domains_.find(uuid_of(domain));
    return found == domains_.end() ? nullptr : found->second.name.c_str();
  };
  api.virDomainGetUUIDString = [](virDomainPtr domain, char* out) {
    std::strncpy(out, uuid_of(domain).c_str(), VIR_UUID_STRING_BUFLEN - 1);
    return 0;
  };
  api.virDomainIsActive = [this](virDomainPtr domain) {
    return about(domain, false, [](const ScriptedDomain& d) { return d.runs ? 1 : 0; });
  };
  api.virDomainIsPersistent = [](virDomainPtr) { return 1; };
  api.virDomainGetState = [this](virDomainPtr domain, int* state, int* reason, unsigned) {
    return about(domain, false, [&](const ScriptedDomain& d) {
      *state = d.runs ? VIR_DOMAIN_RUNNING : VIR_DOMAIN_SHUTOFF;
      *reason = 0;
      return 0;
    });
  };
  api.virDomainGetControlInfo = [this](virDomainPtr domain, virDomainControlInfoPtr info, unsigned) {
    return about(domain, false, [&](const ScriptedDomain&) { return *info = {}, 0; });
  };
  api.virDomainGetJobInfo = [this](virDomainPtr domain, virDomainJobInfoPtr info) {
    return about(domain, false, [&](const ScriptedDomain& d) { return *info = {}, info->type = d.job, 0; });
  };
  api.virDomainGetXMLDesc = [this](virDomainPtr domain, unsigned) -> char* {
    char* out = nullptr;
    about(domain, false, [&](const ScriptedDomain& d) { return out = text(xml_of(uuid_of(domain), d)), 0; });
    return out;
  };
  api.virDomainMemoryStats = [this](virDomainPtr domain, virDomainMemoryStatPtr out, unsigned, unsigned) {
    return about(domain, true, [&](const ScriptedDomain& d) {
      out[0] = {VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON, d.balloon_kib};
      out[1] = {VIR_DOMAIN_MEMORY_STAT_AVAILABLE, d.autodeflate ? 1024 * 1024 : d.balloon_kib};
      out[2] = {VIR_DOMAIN_MEMORY_STAT_USABLE, d.balloon_kib / 2};
      out[3] = {VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE, d.stats_updated};
      return 4;
    });
  };
}

void ScriptedLibvirt::fill_changes(LibvirtApi& api) {
  api.virDomainSetMemoryFlags = [this](virDomainPtr domain, unsigned long kib, unsigned) {
    return about(domain, true, [&](ScriptedDomain& d) {
      if (d.obeys) d.balloon_kib = kib;
      return change(fmt::format("{} balloon {}", d.name, kib / 1024));
    });
  };
  api.virDomainUpdateDeviceFlags = [this](virDomainPtr domain, const char* xml, unsigned) {
    return about(domain, true, [&](ScriptedDomain& d) {
      const char* const at = std::strstr(xml, "<requested unit=\"KiB\">");
      if (at == nullptr) return code_ = VIR_ERR_XML_ERROR, -1;
      d.requested_kib = std::strtoull(at + 22, nullptr, 10);
      if (d.obeys) d.plugged_kib = d.requested_kib;
      return change(fmt::format("{} requested {}", d.name, d.requested_kib / 1024));
    });
  };
  api.virDomainAttachDeviceFlags = [this](virDomainPtr domain, const char* xml, unsigned) {
    return about(domain, true, [&](ScriptedDomain& d) {
      if (d.refuses_dimms) return code_ = VIR_ERR_OPERATION_FAILED, -1;
      const std::string text = xml;
      const auto alias = text.find("alias name='") + 12;
      const auto kib = std::strtoull(std::strstr(xml, "'KiB'>") + 6, nullptr, 10);
      d.dimms_kib[text.substr(alias, text.find('\'', alias) - alias)] = kib;
      d.balloon_kib += kib;  // what its balloon holds stays the same
      return change(fmt::format("{} dimm {}", d.name, kib / 1024));
    });
  };
  api.virDomainSetMemoryStatsPeriod = [this](virDomainPtr domain, int period, unsigned) {
    return about(domain, true, [&](ScriptedDomain& d) {
      d.period = period;
      return change(fmt::format("{} period {}", d.name, period));
    });
  };
  api.virDomainGetMetadata = [this](virDomainPtr domain, int, const char*, unsigned) -> char* {
    char* out = nullptr;
    about(domain, true,
          [&](const ScriptedDomain& d) { return out = d.metadata.empty() ? nullptr : text(d.metadata), 0; });
    return out;
  };
  api.virDomainCreate = [this](virDomainPtr domain) {
    return about(domain, false, [&](ScriptedDomain& d) {
      if (d.runs) return code_ = VIR_ERR_OPERATION_INVALID, -1;
      d.runs = true;
      return change("start " + d.name);
    });
  };
  api.virDomainSetMetadata = [this](virDomainPtr domain, int, const char* xml, const char*, const char* uri,
                                    unsigned) {
    return about(domain, true, [&](ScriptedDomain& d) {
      // As libvirt does it: the root gets the namespace.
      std::string text = xml;
      const auto colon = text.find("<domain");
      if (colon != std::string::npos && text.find(uri) == std::string::npos)
        text.insert(colon + 7, fmt::format(" xmlns=\"{}\"", uri));
      d.metadata = text;
      return change(d.name + " metadata");
    });
  };
}

void ScriptedLibvirt::end_connection() {
  std::vector<Callback> told;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [connection, each] : closers_) told.push_back(each);
  }
  for (const Callback& each : told)
    as<virConnectCloseFunc>(each.call)(each.connection, VIR_CONNECT_CLOSE_REASON_EOF, each.opaque);
}

void ScriptedLibvirt::tell_life_cycle(const std::string& uuid, int event, int detail) {
  const virDomainPtr domain = handle(uuid);
  for (const Callback& each : callbacks_for(VIR_DOMAIN_EVENT_ID_LIFECYCLE))
    as<virConnectDomainEventCallback>(each.call)(each.connection, domain, event, detail, each.opaque);
  delete reinterpret_cast<std::string*>(domain);
}

void ScriptedLibvirt::tell_balloon(const std::string& uuid, unsigned long long kib) {
  const virDomainPtr domain = handle(uuid);
  for (const Callback& each : callbacks_for(VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE))
    as<virConnectDomainEventBalloonChangeCallback>(each.call)(each.connection, domain, kib, each.opaque);
  delete reinterpret_cast<std::string*>(domain);
}

void ScriptedLibvirt::tell_metadata(const std::string& uuid) {
  const virDomainPtr domain = handle(uuid);
  for (const Callback& each : callbacks_for(VIR_DOMAIN_EVENT_ID_METADATA_CHANGE))
    as<virConnectDomainEventMetadataChangeCallback>(each.call)(each.connection, domain,
                                                               VIR_DOMAIN_METADATA_ELEMENT, "", each.opaque);
  delete reinterpret_cast<std::string*>(domain);
}

}  // namespace aerostat
