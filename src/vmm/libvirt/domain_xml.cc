#include "vmm/libvirt/domain_xml.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <pugixml.hpp>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "model/domain_metadata.h"

namespace aerostat {

namespace {

using pugi::xml_node;

constexpr Bytes kMostOfOneDevice = Bytes::of(std::int64_t{1} << 46);

// libvirt writes KiB, people any unit: <size unit='GiB'>2</size>.
std::optional<Bytes> size_of(const xml_node& node) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 18> kUnits = {{
      {"b", 1},
      {"bytes", 1},
      {"KB", 1000},
      {"k", 1024},
      {"K", 1024},
      {"KiB", 1024},
      {"MB", 1000000},
      {"m", 1 << 20},
      {"M", 1 << 20},
      {"MiB", 1 << 20},
      {"GB", 1000000000},
      {"g", 1 << 30},
      {"G", 1 << 30},
      {"GiB", 1 << 30},
      {"TB", 1000000000000},
      {"T", std::int64_t{1} << 40},
      {"t", std::int64_t{1} << 40},
      {"TiB", std::int64_t{1} << 40},
  }};
  const std::string_view text = node.text().get();
  std::int64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || rest != text.data() + text.size() || number < 0) return std::nullopt;
  const std::string_view unit = node.attribute("unit").as_string("KiB");
  for (const auto& [name, factor] : kUnits) {
    if (name != unit) continue;
    if (number > kMostOfOneDevice.count() / factor) return std::nullopt;
    return Bytes::of(number * factor);
  }
  return std::nullopt;
}

std::string text_of(const xml_node& node) {
  std::ostringstream out;
  node.print(out, "", pugi::format_raw);
  return out.str();
}

Error cannot_be(std::string_view what) {
  return {Error::Kind::Invalid, fmt::format("what libvirt says of it cannot be: {}", what)};
}

// Why memory that the guest gives does not come back to the host.
std::string pinned_by(const xml_node& domain) {
  const xml_node devices = domain.child("devices");
  for (const xml_node& device : devices.children("hostdev")) {
    const std::string_view type = device.attribute("type").value();
    if (type == "pci" || type == "mdev")
      return "host devices are passed through to it, so all of its memory is pinned";
  }
  for (const xml_node& each : devices.children("interface")) {
    const std::string_view type = each.attribute("type").value();
    if (type == "hostdev" || type == "vdpa")
      return "a host network device is passed through to it, so all of its memory is pinned";
  }
  const xml_node backing = domain.child("memoryBacking");
  if (backing.child("locked")) return "its memory is locked (<locked/>)";
  if (backing.child("hugepages"))
    return "its memory is huge pages of the host's pool, which go back to the pool and not to other VMs";
  if (domain.child("launchSecurity")) return "its memory is encrypted (<launchSecurity>), and so pinned";
  return {};
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
      device.child("alias").attribute("name").value(), *block, *maximum, *requested, *now, text_of(device)};
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

// libvirt keeps foreign metadata as it is, with any prefix for its namespace.
bool is_ours(const xml_node& node, std::string_view name) {
  const std::string_view full = node.name();
  const auto colon = full.find(':');
  const std::string_view local = colon == std::string_view::npos ? full : full.substr(colon + 1);
  if (local != name) return false;
  const std::string declares =
      colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(full.substr(0, colon));
  for (xml_node at = node; at; at = at.parent()) {
    if (const auto found = at.attribute(declares.c_str()))
      return found.value() == domain_metadata::kNamespace;
  }
  return false;
}

xml_node our_child(const xml_node& parent, std::string_view name) {
  for (const xml_node& each : parent.children()) {
    if (is_ours(each, name)) return each;
  }
  return {};
}

std::optional<std::string> read_setting(std::string_view name, const std::string& value, Settings& out) {
  const auto whole = [&](std::optional<int>& number) -> std::optional<std::string> {
    int read = 0;
    const auto [rest, error] = std::from_chars(value.data(), value.data() + value.size(), read);
    if (error != std::errc{} || rest != value.data() + value.size())
      return fmt::format("{}=\"{}\" is not a whole number", name, printable(value, 40));
    number = read;
    return std::nullopt;
  };
  const auto size = [&](std::optional<Bytes>& bytes) -> std::optional<std::string> {
    const Result<Bytes> read = parse_size(value);
    if (!read) return fmt::format("{}: {}", name, read.error().message);
    bytes = *read;
    return std::nullopt;
  };
  if (name == "mode") {
    const Result<Mode> mode = parse_mode(value);
    if (!mode) return mode.error().message;
    out.mode = *mode;
    return std::nullopt;
  }
  if (name == "startup") return size(out.startup);
  if (name == "minimum") return size(out.minimum);
  if (name == "maximum") return size(out.maximum);
  if (name == "buffer") return whole(out.buffer_percent);
  if (name == "weight") return whole(out.weight);
  return fmt::format("there is no setting '{}'", printable(name, 40));
}

// All or nothing: half of an owner's settings may be worse than none.
void read_settings_of(const xml_node& domain, DomainXml& out) {
  const xml_node root = our_child(domain.child("metadata"), domain_metadata::kRoot);
  const xml_node settings = our_child(root, domain_metadata::kSettings);
  Settings read;
  for (const pugi::xml_attribute& each : settings.attributes()) {
    const std::string_view name = each.name();
    if (name.starts_with("xmlns")) continue;
    if (auto wrong = read_setting(name, each.value(), read)) {
      out.settings_note = "the settings in its <metadata> are not used: " + *wrong;
      return;
    }
  }
  if (const Result<void> valid = validate(read); !valid) {
    out.settings_note = "the settings in its <metadata> are not used: " + valid.error().message;
    return;
  }
  out.settings = read;
}

}  // namespace

Result<DomainXml> parse_domain(const std::string& xml) {
  if (xml.size() > kMostXml) return fail(cannot_be(fmt::format("its XML has {} KiB", xml.size() / 1024)));
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
    --slots;
  }
  out.boot = *total - added;
  if (out.boot <= Bytes{}) return fail(cannot_be("its memory devices have all of its memory"));
  out.free_slots = std::max(0, slots);
  const xml_node balloon = devices.child("memballoon");
  out.balloon = balloon && std::string_view(balloon.attribute("model").value()) != "none";
  out.stats_period = balloon.child("stats").attribute("period").as_int(0);
  const xml_node vcpu = domain.child("vcpu");
  const int processors = vcpu.attribute("current").as_int(vcpu.text().as_int(0));
  if (processors > 0) out.processors = processors;
  find_port(devices, out);
  out.pinned = pinned_by(domain);
  read_settings_of(domain, out);
  return out;
}

Result<std::string> with_requested(const DomainPlug& plug, Bytes requested) {
  pugi::xml_document document;
  xml_node found;
  if (document.load_string(plug.xml.c_str()))
    found = document.child("memory").child("target").child("requested");
  if (!found) return fail(Error::Kind::Internal, "its virtio-mem device cannot be described to libvirt");
  found.remove_attribute("unit");
  found.append_attribute("unit") = "KiB";
  found.text().set(std::to_string(requested.count() / 1024).c_str());
  return text_of(document.child("memory"));
}

}  // namespace aerostat
