#include "vmm/libvirt/domain_calls.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <tuple>
#include <utility>

#include "model/domain_metadata.h"
#include "vmm/libvirt/domain_settings.h"

namespace aerostat {

namespace {

// A domain whose monitor is occupied for longer is not asked: the question would wait there too.
constexpr unsigned kOccupiedMs = 1000;
// Command lines of VMs with many disks have tens of KiB.
constexpr std::size_t kMostCommandLine = std::size_t{1} << 20;

// Calls `use(domain)`; its result is 0 or more, or libvirt's error.
template <typename Use>
Result<void> with_domain(LibvirtSession& session, const DomainPlace& place, const char* what, Use use) {
  Result<virConnectPtr> connection = session.connection(place.uri);
  if (!connection) return fail(std::move(connection.error()));
  const LibvirtDomain domain(session.api.virDomainLookupByUUIDString(*connection, place.uuid.c_str()),
                             LibvirtFree{&session.api});
  if (!domain || use(domain.get()) < 0) return fail(libvirt_error(session.api, what));
  return {};
}

std::pair<RunState, std::string> run_state_of(int state, int reason) {
  switch (state) {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED: return {RunState::Running, ""};
    case VIR_DOMAIN_PMSUSPENDED: return {RunState::Paused, "the guest sleeps"};
    case VIR_DOMAIN_SHUTDOWN:
    case VIR_DOMAIN_SHUTOFF: return {RunState::ShutDown, "the guest has shut down"};
    case VIR_DOMAIN_CRASHED: return {RunState::ShutDown, "the guest has crashed"};
    case VIR_DOMAIN_PAUSED: break;
    default: return {RunState::Unknown, ""};
  }
  switch (reason) {
    case VIR_DOMAIN_PAUSED_MIGRATION: return {RunState::Incoming, "its guest migrates"};
    case VIR_DOMAIN_PAUSED_SAVE: return {RunState::Paused, "it is being saved"};
    case VIR_DOMAIN_PAUSED_IOERROR: return {RunState::Paused, "stopped by an I/O error"};
    case VIR_DOMAIN_PAUSED_WATCHDOG: return {RunState::Paused, "stopped by its watchdog"};
    case VIR_DOMAIN_PAUSED_STARTING_UP: return {RunState::Paused, "it is being started"};
    default: return {RunState::Paused, "stopped by its owner"};
  }
}

Result<void> read_state(LibvirtSession& session, virDomainPtr domain, DomainReading& out) {
  int state = 0, reason = 0;
  if (session.api.virDomainGetState(domain, &state, &reason, 0) < 0)
    return fail(libvirt_error(session.api, "its state"));
  if (state == VIR_DOMAIN_SHUTOFF) return fail(Error::Kind::NotFound, "it does not run");
  std::tie(out.run_state, out.run_note) = run_state_of(state, reason);
  virDomainControlInfo control{};
  if (session.api.virDomainGetControlInfo(domain, &control, 0) < 0)
    return fail(libvirt_error(session.api, "its monitor"));
  if (control.state == VIR_DOMAIN_CONTROL_ERROR)
    return fail(Error::Kind::Unavailable, "libvirt has lost the monitor of its QEMU");
  if (control.state == VIR_DOMAIN_CONTROL_OCCUPIED && control.stateTime > kOccupiedMs)
    return fail(Error::Kind::Timeout, "its QEMU does not answer libvirt");
  virDomainJobInfo job{};
  if (session.api.virDomainGetJobInfo(domain, &job) < 0) return fail(libvirt_error(session.api, "its job"));
  out.busy = job.type == VIR_DOMAIN_JOB_BOUNDED || job.type == VIR_DOMAIN_JOB_UNBOUNDED;
  return {};
}

Result<void> read_stats(LibvirtSession& session, virDomainPtr domain, DomainReading& out) {
  std::array<virDomainMemoryStatStruct, VIR_DOMAIN_MEMORY_STAT_NR> stats{};
  const int count = session.api.virDomainMemoryStats(domain, stats.data(), stats.size(), 0);
  if (count < 0) return fail(libvirt_error(session.api, "its memory"));
  MemoryStats told;
  for (int i = 0; i < count; ++i) {
    const auto& each = stats.at(static_cast<std::size_t>(i));
    told.emplace_back(each.tag, each.val);
  }
  out.word = balloon_word(told);
  return {};
}

}  // namespace

Result<DomainReading> read_domain(LibvirtSession& session, const DomainPlace& place) {
  DomainReading out;
  Result<void> done;
  const auto found = with_domain(session, place, "domain", [&](virDomainPtr domain) {
    done = read_state(session, domain, out);
    if (!done) return 0;
    const Result<std::string> xml = libvirt_xml(session.api, domain);
    if (!xml) return done = fail(xml.error()), 0;
    Result<DomainXml> parsed = parse_domain(*xml);
    if (!parsed) return done = fail(parsed.error()), 0;
    out.xml = *std::move(parsed);
    done = read_stats(session, domain, out);
    return 0;
  });
  if (!found) return fail(found.error());
  if (!done) return fail(done.error());
  out.pid = domain_process(fmt::format("{}/{}.pid", place.run_directory, out.xml.name), place.uuid);
  return out;
}

Result<void> set_balloon(LibvirtSession& session, const DomainPlace& place, Bytes value) {
  return with_domain(session, place, "its balloon", [&](virDomainPtr domain) {
    return session.api.virDomainSetMemoryFlags(domain, static_cast<unsigned long>(value.count() / 1024),
                                               VIR_DOMAIN_AFFECT_LIVE);
  });
}

Result<void> set_requested(LibvirtSession& session, const DomainPlace& place, const DomainPlug& plug,
                           Bytes value) {
  const Result<std::string> xml = with_requested(plug, value);
  if (!xml) return fail(xml.error());
  return with_domain(session, place, "its virtio-mem device", [&](virDomainPtr domain) {
    return session.api.virDomainUpdateDeviceFlags(domain, xml->c_str(), VIR_DOMAIN_AFFECT_LIVE);
  });
}

Result<void> add_dimm(LibvirtSession& session, const DomainPlace& place, int number, Bytes size) {
  const std::string xml = dimm_xml(number, size);
  return with_domain(session, place, "a DIMM", [&](virDomainPtr domain) {
    return session.api.virDomainAttachDeviceFlags(domain, xml.c_str(), VIR_DOMAIN_AFFECT_LIVE);
  });
}

Result<void> set_stats_period(LibvirtSession& session, const DomainPlace& place, int seconds) {
  return with_domain(session, place, "its balloon's statistics", [&](virDomainPtr domain) {
    return session.api.virDomainSetMemoryStatsPeriod(domain, seconds, VIR_DOMAIN_AFFECT_LIVE);
  });
}

Result<void> start_domain(LibvirtSession& session, const std::string& uri, const std::string& uuid) {
  return with_domain(session, {uri, uuid, {}, {}}, "it",
                     [&](virDomainPtr domain) { return session.api.virDomainCreate(domain); });
}

Result<void> write_settings(LibvirtSession& session, const DomainPlace& place, const Settings& settings) {
  const std::string uri(domain_metadata::kNamespace), prefix(domain_metadata::kPrefix);
  const auto write = [&](virDomainPtr domain, unsigned where) -> Result<void> {
    char* const had =
        session.api.virDomainGetMetadata(domain, VIR_DOMAIN_METADATA_ELEMENT, uri.c_str(), where);
    const std::string before = had != nullptr ? had : "";
    std::free(had);  // NOLINT(cppcoreguidelines-no-malloc): libvirt allocated it so
    const Result<std::string> after = with_settings(before, settings);
    if (!after) return fail(after.error());
    const int done = session.api.virDomainSetMetadata(domain, VIR_DOMAIN_METADATA_ELEMENT, after->c_str(),
                                                      prefix.c_str(), uri.c_str(), where);
    return done < 0 ? Result<void>(fail(libvirt_error(session.api, "its <metadata>"))) : Result<void>{};
  };
  Result<void> done;
  const auto found = with_domain(session, place, "domain", [&](virDomainPtr domain) {
    // The definition first: it is what must not be lost.
    if (session.api.virDomainIsPersistent(domain) == 1) done = write(domain, VIR_DOMAIN_AFFECT_CONFIG);
    if (done && session.api.virDomainIsActive(domain) == 1) done = write(domain, VIR_DOMAIN_AFFECT_LIVE);
    return 0;
  });
  return found ? done : found;
}

Result<AllDomains> all_domains(LibvirtSession& session, const std::string& uri) {
  Result<virConnectPtr> connection = session.connection(uri);
  if (!connection) return fail(std::move(connection.error()));
  const Result<std::vector<LibvirtDomain>> all = libvirt_domains(session.api, *connection);
  if (!all) return fail(all.error());
  AllDomains out;
  for (const LibvirtDomain& domain : *all) {
    std::array<char, VIR_UUID_STRING_BUFLEN> uuid{};
    const char* const name = session.api.virDomainGetName(domain.get());
    if (name == nullptr || session.api.virDomainGetUUIDString(domain.get(), uuid.data()) < 0) continue;
    if (session.api.virDomainIsActive(domain.get()) == 1) {
      out.running.push_back({uuid.data(), name});
      continue;
    }
    const Result<std::string> xml = libvirt_xml(session.api, domain.get(), VIR_DOMAIN_XML_INACTIVE);
    const Result<DomainXml> parsed = xml ? parse_domain(*xml) : fail(xml.error());
    out.resting.push_back({uuid.data(), name, parsed ? parsed->settings : Settings{}});
  }
  return out;
}

std::optional<pid_t> domain_process(const std::string& pid_file, const std::string& uuid) {
  std::ifstream file(pid_file);
  pid_t pid = 0;
  if (!(file >> pid) || pid <= 0) return std::nullopt;
  std::ifstream command("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
  std::string text(kMostCommandLine, '\0');
  command.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(command.gcount()));
  const std::string proof = std::string("\0-uuid\0", 7) + uuid + '\0';
  return text.find(proof) == std::string::npos ? std::nullopt : std::optional(pid);
}

bool may_run(pid_t pid, const std::string& uuid) {
  std::ifstream command("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
  if (!command) return errno != ENOENT;
  std::string text{std::istreambuf_iterator<char>(command), {}};
  return text.find(uuid) != std::string::npos;
}

}  // namespace aerostat
