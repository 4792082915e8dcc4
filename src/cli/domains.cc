#include "cli/domains.h"

#include <fmt/format.h>

#include "base/text.h"
#include "model/domain_metadata.h"

namespace aerostat {

namespace {

std::string place(const std::string& name) { return "domain " + printable(name, 64); }

}  // namespace

Result<Domains> Domains::open(const LibvirtApi& api, const std::string& uri) {
  Result<LibvirtConnection> connection = libvirt_open(api, uri);
  if (!connection) {
    Error error = std::move(connection.error());
    // libvirt has no code of its own for a socket that may not be opened.
    if (error.message.find("Permission denied") != std::string::npos) error.kind = Error::Kind::Denied;
    error.message += error.kind == Error::Kind::Denied
                         ? "; use sudo, or become a member of the group libvirt"
                         : "; start libvirtd, or name another one with --connect";
    // Whatever the reason: nothing can be asked.
    if (error.kind != Error::Kind::Denied) error.kind = Error::Kind::Unavailable;
    return fail(std::move(error));
  }
  return Domains(api, std::move(*connection));
}

Result<LibvirtDomain> Domains::find(const std::string& name) const {
  Result<LibvirtDomain> domain = libvirt_domain(*api_, connection_.get(), name);
  if (domain) return domain;
  if (domain.error().kind == Error::Kind::NotFound) {
    return fail(
        Error::Kind::NotFound,
        fmt::format("libvirt has no domain '{}'; `virsh list --all` lists them", printable(name, 64)));
  }
  return fail(std::move(domain.error()));
}

Result<DomainText> Domains::read(const std::string& name) const {
  Result<LibvirtDomain> domain = find(name);
  if (!domain) return fail(std::move(domain.error()));
  const int persistent = api_->virDomainIsPersistent(domain->get());
  const int active = api_->virDomainIsActive(domain->get());
  if (persistent < 0 || active < 0) return fail(libvirt_error(*api_, place(name)));
  if (persistent == 0) {
    return fail(
        Error::Kind::Refused,
        place(name) +
            ": it is transient: libvirt forgets it when it ends, and so would every change; define it "
            "first (`virsh define`)");
  }
  DomainText out;
  Result<std::string> definition =
      libvirt_xml(*api_, domain->get(), VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE);
  if (!definition) return fail(std::move(definition.error()).in(place(name)));
  out.definition = std::move(*definition);
  if (active == 1) {
    Result<std::string> running = libvirt_xml(*api_, domain->get());
    if (!running) return fail(std::move(running.error()).in(place(name)));
    out.running = std::move(*running);
  } else {
    out.saved = api_->virDomainHasManagedSaveImage(domain->get(), 0) == 1;
  }
  return out;
}

Result<void> Domains::define(const std::string& xml) const {
  const LibvirtDomain domain(
      api_->virDomainDefineXMLFlags(connection_.get(), xml.c_str(), VIR_DOMAIN_DEFINE_VALIDATE), {api_});
  if (!domain) return fail(libvirt_error(*api_, "libvirt does not accept the new definition"));
  return {};
}

Result<void> Domains::set_running_metadata(const std::string& name, const std::string& xml) const {
  Result<LibvirtDomain> domain = find(name);
  if (!domain) return fail(std::move(domain.error()));
  const std::string prefix(domain_metadata::kPrefix), uri(domain_metadata::kNamespace);
  const int done = api_->virDomainSetMetadata(domain->get(), VIR_DOMAIN_METADATA_ELEMENT,
                                              xml.empty() ? nullptr : xml.c_str(), prefix.c_str(),
                                              uri.c_str(), VIR_DOMAIN_AFFECT_LIVE);
  if (done != 0) return fail(libvirt_error(*api_, place(name)));
  return {};
}

Result<void> Domains::apply(const std::string& name, const DomainChange& change) const {
  Result<LibvirtDomain> domain = find(name);
  if (!domain) return fail(std::move(domain.error()));
  const int done =
      change.stats_period_s > 0
          ? api_->virDomainSetMemoryStatsPeriod(domain->get(), change.stats_period_s, VIR_DOMAIN_AFFECT_LIVE)
          : api_->virDomainAttachDeviceFlags(domain->get(), change.device.c_str(), VIR_DOMAIN_AFFECT_LIVE);
  if (done != 0) return fail(libvirt_error(*api_, "libvirt refuses"));
  return {};
}

}  // namespace aerostat
