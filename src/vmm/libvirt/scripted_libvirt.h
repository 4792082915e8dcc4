// ScriptedLibvirt: a libvirtd of tests, as a table of libvirt's functions. Its domains do as the test says;
// calls can be made to hang. It writes down every call that would change something. Calls come from any
// thread.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "vmm/libvirt/libvirt_api.h"

namespace aerostat {

struct ScriptedDomain {
  std::string name = "web";
  bool runs = true;
  bool obeys = true;
  int job = VIR_DOMAIN_JOB_NONE;
  unsigned long long balloon_kib = 1024 * 1024;  // of 1 GiB
  unsigned long long requested_kib = 0, plugged_kib = 0;
  bool virtio_mem = true;
  int slots = 4;
  std::map<std::string, unsigned long long> dimms_kib;  // by alias
  bool refuses_dimms = false;
  int period = 0;
  unsigned long long stats_updated = 0;
  bool autodeflate = false;  // and its guest's total has what the balloon holds
  std::string metadata;
  std::string more;  // XML of further devices
  std::string xml_instead;
};

class ScriptedLibvirt {
 public:
  static constexpr const char* kUuid = "11111111-2222-3333-4444-555555555555";
  static constexpr const char* kOther = "99999999-2222-3333-4444-555555555555";

  std::shared_ptr<const LibvirtApi> api();
  ~ScriptedLibvirt() { release_all(); }

  // All under the lock, as the test's thread is one of many.
  template <typename Use>
  auto with(Use use) {
    const std::lock_guard lock(mutex_);
    return use(domains_);
  }
  std::vector<std::string> changes() {
    const std::lock_guard lock(mutex_);
    return changes_;
  }
  int calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  // Calls about this domain's memory wait until release_all().
  void hang(const std::string& uuid) {
    const std::lock_guard lock(mutex_);
    hangs_.insert(uuid);
  }
  void release_all() {
    const std::lock_guard lock(mutex_);
    hangs_.clear();
    released_.notify_all();
  }
  void set_reachable(bool reachable) {
    const std::lock_guard lock(mutex_);
    reachable_ = reachable;
  }
  // What libvirt would report.
  void end_connection();
  void tell_life_cycle(const std::string& uuid, int event, int detail);
  void tell_balloon(const std::string& uuid, unsigned long long kib);
  void tell_metadata(const std::string& uuid);

  std::string xml_of(const std::string& uuid, const ScriptedDomain& d) const {
    if (!d.xml_instead.empty()) return d.xml_instead;
    const std::string stats = d.period > 0 ? fmt::format("<stats period='{}'/>", d.period) : "";
    unsigned long long total = 1024 * 1024;
    std::string memory;
    if (d.virtio_mem) {
      total += 2048 * 1024;
      memory = fmt::format(
          "<memory model='virtio-mem'><target><size unit='KiB'>2097152</size><node>0</node>"
          "<block unit='KiB'>2048</block><requested unit='KiB'>{}</requested>"
          "<current unit='KiB'>{}</current></target><alias name='virtiomem0'/></memory>",
          d.requested_kib, d.plugged_kib);
    }
    for (const auto& [alias, kib] : d.dimms_kib) {
      total += kib;
      memory += fmt::format(
          "<memory model='dimm'><target><size unit='KiB'>{}</size><node>0</node></target>"
          "<alias name='{}'/></memory>",
          kib, alias);
    }
    return fmt::format(
        "<domain type='qemu'><name>{}</name><uuid>{}</uuid><metadata>{}</metadata>"
        "<maxMemory slots='{}' unit='KiB'>8388608</maxMemory><memory unit='KiB'>{}</memory>"
        "<vcpu>2</vcpu><devices><memballoon model='virtio' autodeflate='{}'>{}</memballoon>{}"
        "<channel type='unix'><source mode='bind' path='/scripted/agent'/>"
        "<target type='virtio' name='org.aerostat.guest.0'/></channel>{}</devices></domain>",
        d.name, uuid, d.metadata, d.slots, total, d.autodeflate ? "on" : "off", stats, memory, d.more);
  }

 private:
  struct Callback {
    virConnectPtr connection;
    int event;
    virConnectDomainEventGenericCallback call;
    void* opaque;
    virFreeCallback let_go;
  };
  static virDomainPtr handle(const std::string& uuid) {
    return reinterpret_cast<virDomainPtr>(new std::string(uuid));
  }
  static const std::string& uuid_of(virDomainPtr domain) { return *reinterpret_cast<std::string*>(domain); }
  // Runs `use` with the domain; -1: there is none that runs.
  template <typename Use>
  int about(virDomainPtr domain, bool may_hang, Use use) {
    std::unique_lock lock(mutex_);
    ++calls_;
    const std::string& uuid = uuid_of(domain);
    if (may_hang) released_.wait(lock, [&] { return !hangs_.contains(uuid); });
    const auto found = domains_.find(uuid);
    if (found == domains_.end()) return code_ = VIR_ERR_NO_DOMAIN, -1;
    return use(found->second);
  }
  int change(const std::string& what) { return changes_.push_back(what), 0; }
  std::vector<Callback> callbacks_for(int event) {
    const std::lock_guard lock(mutex_);
    std::vector<Callback> out;
    for (const auto& [id, each] : callbacks_)
      if (each.event == event) out.push_back(each);
    return out;
  }
  static char* text(const std::string& from) { return strdup(from.c_str()); }
  void fill_connections(LibvirtApi& api);
  void fill_domains(LibvirtApi& api);
  void fill_changes(LibvirtApi& api);

  std::mutex mutex_;
  std::condition_variable released_, loop_;
  std::map<std::string, ScriptedDomain> domains_ = {{kUuid, {}}};
  std::set<std::string> hangs_;
  std::map<int, Callback> callbacks_;
  std::map<virConnectPtr, Callback> closers_;
  std::vector<std::string> changes_;
  bool reachable_ = true, woken_ = false;
  int calls_ = 0, next_id_ = 0, code_ = 0;
};

}  // namespace aerostat
