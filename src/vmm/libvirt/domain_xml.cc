#include "vmm/libvirt/domain_xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>
#include <utility>

#include "base/text.h"
#include "domain/pinning.h"
#include "domain/settings_text.h"
#include "domain/xml.h"
#include "model/domain_metadata.h"

namespace aerostat {

namespace {

using pugi::xml_node;

constexpr Bytes kMostOfOneDevice = Bytes::of(std::int64_t{1} << 46);

std::optional<Bytes> size_of(const xml_node& node) {
  const std::optional<Bytes> size = size_in(node);
  return size && *size <= kMostOfOneDevice ? size : std::nullopt;
}

Error cannot_be(std::string_view what) {
  return {Error::Kind::Invalid, fmt::format("what libvirt says of it cannot be: {}", what)};
}

// Why memory that the guest gives does not come back to the host.
std::string pinned_by(const xml_node& domain) {
  if (const std::string device = pinning_device(domain.child("devices")); !device.empty())
    return fmt::format("{} is passed through to it, so all of its memory is pinned", device);
  const xml_node backing = domain.child("memoryBacking");
  if (backing.child("locked")) return "its memory is locked (<locked/>)";
  if (backing.child("hugepages"))
    return "its memory is huge pages of the host's pool, which go back to the pool and not to other VMs";
  if (domain.child("launchSecurity")) return "its memory is encrypted (<launchSecurity>), and so pinned";
  return {};
}

// Devices in other processes see memory in files only.
std::string speaks_against_dimms(const xml_node& domain) {
  const xml_node backing = domain.child("memoryBacking");
  const std::string_view source = backing.child("source").attribute("type").value();
  const std::string_view access = backing.child("access").attribute("mode").value();
  if (source.empty() && access != "shared") return {};
  return fmt::format("its memory is not plain (<memoryBacking> has {})",
                     source.empty() ? "<access mode='shared'/>" : "<source>");
}

std::optional<int> our_number(std::string_view alias) {
  if (!alias.starts_with(kOurDimmAlias)) return std::nullopt;
  alias.remove_prefix(kOurDimmAlias.size());
  int number = -1;
  const auto [end, error] = std::from_chars(alias.data(), alias.data() + alias.size(), number);
  const bool whole = error == std::errc{} && end == alias.data() + alias.size();
  return whole && number >= 0 ? std::optional(number) : std::nullopt;
}

Result<DomainPlug> plug_of(const xml_node& device) {
  const xml_node target = device.child("target");
  const auto maximum = size_of(target.child("size")), block = size_of(target.child("block"));
  const auto requested = size_of(target.child("requested"));
  // A definition has no current size.
  const xml_node current = target.child("current");
  const auto now = current ? size_of(current) : Bytes{};
  if (!maximum || !block || *block <= Bytes{} || !requested || !now)
    return fail(cannot_be("a virtio-mem device without its sizes"));
  if (*requested > *maximum || *now > *maximum)
    return fail(cannot_be("a virtio-mem device with more memory than its size"));
  return DomainPlug{
      device.child("alias").attribute("name").value(), *block, *maximum, *requested, *now, compact(device)};
}

void find_port(const xml_node& devices, DomainXml& out) {
  for (const xml_node& channel : devices.children("channel")) {
    if (channel.child("target").attribute("name").value() != kAerostatPort) continue;
    const xml_node source = channel.child("source");
    const bool served = std::string_view(channel.attribute("type").value()) == "unix" &&
                        std::string_view(source.attribute("mode").as_string("bind")) == "bind";
    const std::string path = source.attribute("path").value();
    if (served && path.starts_with('/')) {
      out.agent_socket = path;
    } else {
      out.agent_note =
          fmt::format("channel {} is not a unix socket that QEMU serves: its guest service cannot be reached",
                      kAerostatPort);
    }
    return;
  }
  out.agent_note = fmt::format("no channel {}: its guest service cannot be reached", kAerostatPort);
}

// All or nothing: half of an owner's settings may be worse than none.
void read_settings_of(const xml_node& domain, DomainXml& out) {
  const auto not_used = [&out](const std::string& why) {
    out.settings_note = "the settings in its <metadata> are not used: " + why;
  };
  Settings read;
  for (const pugi::xml_attribute& each :
       our_child(our_metadata(domain), domain_metadata::kSettings).attributes()) {
    const std::string_view name = each.name();
    if (name.starts_with("xmlns")) continue;
    const std::optional<Setting> setting = setting_named(name);
    if (!setting) return not_used(fmt::format("there is no setting '{}'", printable(name, 40)));
    if (const Result<void> ok = read_setting(*setting, each.value(), read); !ok)
      return not_used(fmt::format("{}: {}", name, ok.error().message));
  }
  if (const Result<void> valid = validate(read); !valid) return not_used(valid.error().message);
  out.settings = read;
}

}  // namespace

Result<DomainXml> parse_domain(const std::string& xml) {
  if (xml.size() > kLongestDomainXml)
    return fail(cannot_be(fmt::format("its XML has {} KiB, and at most {} are read",
                                      (xml.size() + 1023) / 1024, kLongestDomainXml / 1024)));
  pugi::xml_document document;
  if (const auto parsed = document.load_string(xml.c_str()); !parsed)
    return fail(cannot_be(fmt::format("its XML: {}", parsed.description())));
  const xml_node domain = document.child("domain");
  if (!domain) return fail(cannot_be("its XML is not a domain's"));
  DomainXml out;
  out.name = domain.child("name").text().get();
  out.uuid = domain.child("uuid").text().get();
  const auto total = size_of(domain.child("memory"));
  if (!total || *total <= Bytes{}) return fail(cannot_be("the memory it has at most"));
  const xml_node devices = domain.child("devices");
  int slots = domain.child("maxMemory").attribute("slots").as_int(0);
  Bytes added;
  for (const xml_node& device : devices.children("memory")) {
    const std::string_view model = device.attribute("model").value();
    if (model == "virtio-mem") {
      Result<DomainPlug> plug = plug_of(device);
      if (!plug) return fail(plug.error());
      added = added + plug->maximum;
      out.plugs.push_back(*std::move(plug));
      continue;
    }
    const auto size = size_of(device.child("target").child("size"));
    if (!size) return fail(cannot_be("a memory device without its size"));
    added = added + *size;
    if (model == "dimm") out.dimms = out.dimms + *size;
    if (const auto number = our_number(device.child("alias").attribute("name").value())) {
      out.our_dimms = out.our_dimms + *size;
      out.our_numbers.push_back(*number);
    }
    --slots;
  }
  out.boot = *total - added;
  if (out.boot <= Bytes{}) return fail(cannot_be("its memory devices have all of its memory"));
  out.slots = domain.child("maxMemory").attribute("slots").as_int(0);
  out.free_slots = std::max(0, slots);
  out.room = std::max(Bytes{}, size_of(domain.child("maxMemory")).value_or(Bytes{}) - *total);
  out.no_dimms = speaks_against_dimms(domain);
  const xml_node balloon = devices.child("memballoon");
  out.balloon = balloon && std::string_view(balloon.attribute("model").value()) != "none";
  out.deflates_on_oom = std::string_view(balloon.attribute("autodeflate").value()) == "on";
  out.stats_period = balloon.child("stats").attribute("period").as_int(0);
  const xml_node vcpu = domain.child("vcpu");
  const int processors = vcpu.attribute("current").as_int(vcpu.text().as_int(0));
  if (processors > 0) out.processors = processors;
  find_port(devices, out);
  out.pinned = pinned_by(domain);
  read_settings_of(domain, out);
  return out;
}

std::string dimm_xml(int number, Bytes size) {
  return fmt::format(
      "<memory model='dimm'><target><size unit='KiB'>{}</size><node>0</node></target>"
      "<alias name='{}{}'/></memory>",
      size.count() / 1024, kOurDimmAlias, number);
}

Result<std::string> with_requested(const DomainPlug& plug, Bytes requested) {
  pugi::xml_document document;
  xml_node found;
  if (document.load_string(plug.xml.c_str()))
    found = document.child("memory").child("target").child("requested");
  if (!found) return fail(Error::Kind::Internal, "its virtio-mem device cannot be described to libvirt");
  set_attribute(found, "unit", "KiB");
  set_size(found, requested);
  return compact(document.child("memory"));
}

}  // namespace aerostat
