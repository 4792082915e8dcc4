#include "adopt/adopt.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <pugixml.hpp>

#include "adopt/change_tree.h"
#include "adopt/describe.h"
#include "adopt/diff.h"
#include "adopt/facts.h"
#include "adopt/obstacles.h"
#include "base/text.h"
#include "domain/settings_text.h"
#include "domain/xml.h"
#include "model/domain_metadata.h"

namespace aerostat {

namespace {

constexpr Bytes kLeastDefaultMinimum = Bytes::mib(256);
constexpr Bytes kMostMaximum = Bytes::mib(4 << 20);  // 4 TiB: above, QEMU's address space runs out

// A document without passwords, for people.
std::string shown(const pugi::xml_document& document) {
  pugi::xml_document copy;
  copy.reset(document);
  struct Hide : pugi::xml_tree_walker {
    bool for_each(pugi::xml_node& node) override {
      for (const char* secret : {"passwd", "password"}) {
        if (pugi::xml_attribute found = node.attribute(secret)) found.set_value("(not shown)");
      }
      return true;
    }
  } hide;
  copy.traverse(hide);
  return written(copy);
}

// What libvirt added to our devices: their addresses. A device that is made anew keeps its own.
using Addresses = std::map<std::string, std::string>;

std::string key_of(const pugi::xml_node& device) {
  const std::string_view alias = device.child("alias").attribute("name").value();
  if (alias.starts_with(kOurAlias)) return std::string(alias);
  return std::string_view(device.name()) == "memballoon" ? "memballoon" : "";
}

Addresses addresses_of(const pugi::xml_node& devices) {
  Addresses out;
  for (const pugi::xml_node& device : devices.children()) {
    const std::string key = key_of(device);
    if (!key.empty() && device.child("address")) out[key] = written(device.child("address"));
  }
  return out;
}

void put_addresses(pugi::xml_node devices, const Addresses& addresses) {
  for (pugi::xml_node device : devices.children()) {
    const auto known = addresses.find(key_of(device));
    if (known == addresses.end() || device.child("address")) continue;
    device.append_buffer(known->second.data(), known->second.size());
  }
}

// The settings of before, by hand or of an earlier adoption.
Result<Settings> settings_of(const pugi::xml_node& domain) {
  const pugi::xml_node node = local_child(our_metadata(domain), domain_metadata::kSettings);
  if (!node) return Settings{};
  return read_settings(node);
}

Result<Settings> complete(const DomainFacts& facts, Settings settings) {
  settings.mode = Mode::Dynamic;
  const Bytes boot = settings.startup.value_or(facts.base());
  if (!settings.maximum) settings.maximum = std::max(boot, facts.memory);
  if (!settings.minimum) {
    const Bytes half = Bytes::of(boot.count() / 2).round_down(Bytes::mib(1));
    settings.minimum = std::min({std::max(half, kLeastDefaultMinimum), boot, *settings.maximum});
  }
  if (Result<void> valid = validate(settings); !valid) return fail(std::move(valid.error()));
  if (*settings.maximum > kMostMaximum)
    return fail(Error::Kind::Invalid,
                fmt::format("maximum {} is above 4 TiB", format_bytes(*settings.maximum)));
  if (boot > *settings.maximum) {
    return fail(Error::Kind::Refused,
                fmt::format("it boots with {}, which is more than its maximum {}; raise --maximum, or let it "
                            "boot with less (--startup)",
                            format_bytes(boot), format_bytes(*settings.maximum)));
  }
  if (*settings.minimum > boot) {
    return fail(Error::Kind::Invalid,
                fmt::format("minimum {} is above the {} that it boots with; lower --minimum, or let it boot "
                            "with more (--startup)",
                            format_bytes(*settings.minimum), format_bytes(boot)));
  }
  const Bytes dimms = facts.base() - facts.cells_memory();
  if (settings.startup && *settings.startup <= dimms) {
    return fail(
        Error::Kind::Invalid,
        fmt::format("startup {} is not above its DIMMs of {}, which are always there; raise --startup",
                    format_bytes(*settings.startup), format_bytes(dimms)));
  }
  return settings;
}

// `grows`: to this much, above what it boots with.
void note_windows(std::optional<Bytes> grows, Bytes boots, std::vector<std::string>& notes) {
  notes.emplace_back(
      "Windows: virtio-balloon moves its memory; it needs the drivers Balloon and vioserial of virtio-win, "
      "and "
      "the service aerostat-guest (docs/guide/windows.md)");
  if (grows) {
    notes.push_back(fmt::format(
        "most Windows cannot use virtio-mem, and then never has more than the {} that it boots with; with "
        "--startup {}M it boots with all, and its balloon takes what is idle",
        format_bytes(boots), grows->whole_mib()));
  }
  notes.emplace_back(
      "hv-balloon, which needs no driver in Windows, is not proposed: it needs QEMU 8.2, and libvirt has no "
      "element for it; without libvirt see aerostat qemu-args --hv-balloon");
}

std::vector<std::string> notes_of(const pugi::xml_node& domain, const DomainFacts& facts) {
  std::vector<std::string> out;
  const pugi::xml_node balloon = domain.child("devices").child("memballoon");
  if (std::string_view(balloon.attribute("autodeflate").value()) == "on") {
    out.emplace_back(
        "autodeflate is on and stays: a guest that runs out of memory may take back what its balloon took, "
        "and Aerostat learns of it afterwards");
  }
  const std::string_view allocation =
      domain.child("memoryBacking").child("allocation").attribute("mode").value();
  if (allocation == "immediate") {
    out.emplace_back(
        "<allocation mode='immediate'/> stays: the host needs all of its startup memory whenever it starts");
  }
  if (facts.current < facts.base()) {
    out.push_back(fmt::format(
        "<currentMemory> stays: libvirt shrinks it to {} when it starts, and Aerostat goes on from there",
        format_bytes(facts.current)));
  }
  return out;
}

// Without prefixes and namespaces: libvirt refuses to declare a prefix that is declared.
std::string plain_metadata(const pugi::xml_node& ours) {
  if (!ours) return {};
  pugi::xml_document copy;
  copy.append_copy(ours);
  struct Strip : pugi::xml_tree_walker {
    bool for_each(pugi::xml_node& node) override {
      const std::string name = node.name();
      if (const std::size_t colon = name.find(':'); colon != std::string::npos)
        node.set_name(name.substr(colon + 1).c_str());
      for (pugi::xml_attribute at = node.first_attribute(); at;) {
        const pugi::xml_attribute next = at.next_attribute();
        if (std::string_view(at.name()).starts_with("xmlns")) node.remove_attribute(at);
        at = next;
      }
      return true;
    }
  } strip;
  copy.traverse(strip);
  return written(copy);
}

// A live definition, if there is one.
Result<void> read_running(std::string_view xml, pugi::xml_document& into) {
  if (xml.empty()) return {};
  return read_domain(xml, into);
}

DomainPlan finished(const pugi::xml_document& before, const pugi::xml_document& after,
                    const pugi::xml_document& running) {
  DomainPlan out;
  out.xml = written(after);
  out.changes =
      describe_changes(before.document_element(), after.document_element(), running.document_element());
  out.diff = line_diff(shown(before), shown(after));
  return out;
}

}  // namespace

Result<DomainPlan> plan_adoption(std::string_view definition, std::string_view running,
                                 const Settings& wishes) {
  pugi::xml_document before, after, live;
  if (Result<void> read = read_domain(definition, before); !read) return fail(std::move(read.error()));
  if (Result<void> read = read_running(running, live); !read) return fail(std::move(read.error()));
  Result<Settings> earlier = settings_of(before.document_element());
  if (!earlier) return fail(std::move(earlier.error()));

  after.reset(before);
  pugi::xml_node domain = after.document_element();
  const Addresses addresses = addresses_of(domain.child("devices"));
  const std::optional<std::int64_t> controllers = controllers_before(domain);
  ReleaseLeft left = release_tree(domain, false);
  Result<DomainFacts> facts = facts_of(domain);
  if (!facts) return fail(std::move(facts.error()));
  if (Result<void> can = check_manageable(domain, *facts); !can) return fail(std::move(can.error()));
  Result<Settings> settings = complete(*facts, merged(*earlier, wishes));
  if (!settings) return fail(std::move(settings.error()));
  const bool grows = *settings->maximum > settings->startup.value_or(facts->base()) + facts->plug();
  if (grows) {
    if (Result<void> can = check_growable(domain, *facts, *settings->maximum); !can)
      return fail(std::move(can.error()));
  }
  adopt_tree(domain, *facts, *settings, controllers);
  put_addresses(domain.child("devices"), addresses);

  DomainPlan out = finished(before, after, live);
  out.notes = notes_of(domain, *facts);
  if (facts->windows)
    note_windows(grows ? settings->maximum : std::nullopt, settings->startup.value_or(facts->base()),
                 out.notes);
  out.notes.insert(out.notes.end(), left.notes.begin(), left.notes.end());
  out.metadata = plain_metadata(our_metadata(domain));
  return out;
}

Result<DomainPlan> plan_release(std::string_view definition, std::string_view running) {
  pugi::xml_document before, after, live;
  if (Result<void> read = read_domain(definition, before); !read) return fail(std::move(read.error()));
  if (Result<void> read = read_running(running, live); !read) return fail(std::move(read.error()));
  if (!local_child(our_metadata(before.document_element()), domain_metadata::kAdopted)) {
    return fail(
        Error::Kind::Refused,
        "it was not adopted by Aerostat, so that there is nothing to undo; `aerostat adopt` does that");
  }
  after.reset(before);
  pugi::xml_node domain = after.document_element();
  ReleaseLeft left = release_tree(domain, true);
  DomainPlan out = finished(before, after, live);
  out.notes = std::move(left.notes);
  out.metadata = plain_metadata(our_metadata(domain));
  return out;
}

}  // namespace aerostat
