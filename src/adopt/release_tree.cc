#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "adopt/change_tree.h"
#include "base/text.h"
#include "domain/xml.h"
#include "model/domain_metadata.h"

namespace aerostat {

namespace {

Bytes kib_in(const pugi::xml_node& entry, const char* attribute) {
  return size_in(entry.attribute(attribute), pugi::xml_attribute()).value_or(Bytes{});
}

std::vector<pugi::xml_node> children_of(const pugi::xml_node& node) { return {node.begin(), node.end()}; }

// libvirt numbers cells without an id in their order.
std::string cell_id(const pugi::xml_node& cell, int place) {
  const std::string id(attribute_text(cell, "id"));
  return id.empty() ? std::to_string(place) : id;
}

class Release {
 public:
  Release(pugi::xml_node domain, pugi::xml_node adopted)
      : domain_(domain), devices_(domain.child("devices")), adopted_(adopted) {}

  void devices() {
    std::set<std::string> noted;
    for (const pugi::xml_node& entry : adopted_.children()) {
      const std::string_view alias = attribute_text(entry, "alias");
      if (alias.starts_with(kOurAlias)) noted.emplace(alias);
    }
    for (pugi::xml_node device : children_of(devices_)) {
      const std::string alias = device.child("alias").attribute("name").value();
      if (noted.count(alias) == 0) continue;
      const std::string_view kind = device.name();
      if (kind == "controller" && serial_in_use(noted)) {
        device.remove_child("alias");
        left_.notes.push_back("the virtio-serial controller stays: other channels use it");
        continue;
      }
      if (kind != "memory" && kind != "controller" && kind != "channel") continue;
      if (kind == "memory") removed_ += size_in(device.child("target").child("size")).value_or(Bytes{});
      devices_.remove_child(device);
    }
  }

  void balloon() {
    const pugi::xml_node entry = local_child(adopted_, "balloon");
    pugi::xml_node device = devices_.child("memballoon");
    if (!entry || !device) return;
    const std::string_view model = attribute_text(entry, "model");
    if (model == "missing") {
      devices_.remove_child(device);
      return;
    }
    if (model == "none") {
      device.remove_children();
      device.remove_attributes();
      set_attribute(device, "model", "none");
      return;
    }
    if (const auto was = entry.attribute("freePageReporting");
        was && attribute_text(device, "freePageReporting") == "on")
      put_back(device, "freePageReporting", was.value());
    pugi::xml_node stats = device.child("stats");
    if (const auto was = entry.attribute("period");
        was && attribute_text(stats, "period") == std::to_string(kStatsPeriod)) {
      if (std::string_view(was.value()).empty())
        device.remove_child(stats);
      else
        set_attribute(stats, "period", was.value());
    }
  }

  void cells() {
    for (const pugi::xml_node& entry : adopted_.children()) {
      if (!std::string_view(entry.name()).ends_with(":cell")) continue;
      int place = 0;
      for (pugi::xml_node cell : domain_.child("cpu").child("numa").children("cell")) {
        const std::string id = cell_id(cell, place++);
        if (id != attribute_text(entry, "id")) continue;
        const auto size = size_in(cell.attribute("memory"), cell.attribute("unit"));
        if (size != kib_in(entry, "now")) {
          left_.notes.push_back(fmt::format("NUMA cell {} keeps its size: it was changed since the adoption",
                                            printable(id, 20)));
          continue;
        }
        set_attribute(cell, "memory", value_text(entry, "was"));
        if (cell.attribute("unit")) set_attribute(cell, "unit", "KiB");
      }
    }
    numa();
  }

  void sizes() {
    put_size_back("memory", "the memory");
    put_size_back("currentMemory", "the current memory");
    pugi::xml_node most = domain_.child("maxMemory");
    const pugi::xml_node entry = local_child(adopted_, "maxMemory");
    if (!entry || !most) return;
    if (size_in(most) != kib_in(entry, "now") ||
        attribute_text(most, "slots") != attribute_text(entry, "nowSlots")) {
      left_.notes.emplace_back("<maxMemory> stays: it was changed since the adoption");
    } else if (kib_in(entry, "was") > Bytes{}) {
      set_size(most, kib_in(entry, "was"));
      set_attribute(most, "slots", value_text(entry, "wasSlots"));
    } else if (devices_.child("memory")) {
      left_.notes.emplace_back("<maxMemory> stays: another memory device needs it");
    } else {
      domain_.remove_child(most);
    }
  }

  // Those that libvirt added for our devices, if nothing uses them.
  void controllers() {
    const auto last = controllers_before(domain_);
    if (!last) return;
    std::set<std::int64_t> used;
    for (const pugi::xml_node& device : devices_.children()) {
      const pugi::xml_node address = device.child("address");
      if (attribute_text(address, "type") != "pci") continue;
      const std::string bus(attribute_text(address, "bus"));
      used.insert(std::strtoll(bus.c_str(), nullptr, 0));
    }
    for (const pugi::xml_node& device : children_of(devices_)) {
      const std::string_view model = attribute_text(device, "model");
      const auto index = number_in(attribute_text(device, "index"));
      if (std::string_view(device.name()) == "controller" && attribute_text(device, "type") == "pci" &&
          index && *index > *last && used.count(*index) == 0 &&
          (model == "pcie-root-port" || model == "pci-bridge"))
        devices_.remove_child(device);
    }
  }

  void metadata() {
    pugi::xml_node root = adopted_.parent();
    pugi::xml_node own = local_child(adopted_, domain_metadata::kSettings);
    if (const pugi::xml_node settings = local_child(root, domain_metadata::kSettings))
      root.remove_child(settings);
    if (own) root.prepend_move(own);
    if (attribute_text(adopted_, "prefix") == "added")
      root.remove_attribute(fmt::format("xmlns:{}", domain_metadata::kPrefix).c_str());
    root.remove_child(adopted_);
    if (root.first_child()) return;
    pugi::xml_node all = root.parent();
    all.remove_child(root);
    if (!all.first_child()) all.parent().remove_child(all);
  }

  ReleaseLeft left() && { return std::move(left_); }

 private:
  static std::string value_text(const pugi::xml_node& node, const char* attribute) {
    return std::string(attribute_text(node, attribute));
  }

  static void put_back(pugi::xml_node device, const char* attribute, std::string_view was) {
    if (was.empty())
      device.remove_attribute(attribute);
    else
      set_attribute(device, attribute, std::string(was));
  }

  // Whether channels that are not ours need a virtio-serial controller.
  bool serial_in_use(const std::set<std::string>& noted) const {
    for (const char* kind : {"channel", "console"}) {
      for (const pugi::xml_node& device : devices_.children(kind)) {
        if (attribute_text(device.child("target"), "type") == "virtio" &&
            noted.count(value_text(device.child("alias"), "name")) == 0)
          return true;
      }
    }
    return false;
  }

  void numa() {
    const pugi::xml_node entry = local_child(adopted_, "numa");
    pugi::xml_node cpu = domain_.child("cpu");
    const pugi::xml_node numa = cpu.child("numa");
    if (!entry || !numa) return;
    const pugi::xml_node cell = numa.child("cell");
    const bool same = size_in(cell.attribute("memory"), cell.attribute("unit")) == kib_in(entry, "now") &&
                      !cell.next_sibling("cell") && !cell.first_child();
    const bool needed = devices_.child("memory") || domain_.child("numatune").child("memnode");
    if (!same || needed) {
      left_.notes.emplace_back(needed ? "the NUMA cell stays: something else refers to it"
                                      : "the NUMA cell stays: it was changed since the adoption");
      return;
    }
    cpu.remove_child(numa);
    // libvirt may have written its defaults as attributes.
    if (attribute_text(entry, "cpu") == "added" && !cpu.first_child()) domain_.remove_child(cpu);
  }

  void put_size_back(const char* name, const char* words) {
    const pugi::xml_node entry = local_child(adopted_, name);
    pugi::xml_node element = domain_.child(name);
    const std::optional<Bytes> now = size_in(element);
    if (!entry || !now) return;
    if (*now == kib_in(entry, "now")) {
      set_size(element, kib_in(entry, "was"));
      return;
    }
    const bool total = std::string_view(name) == "memory";
    if (total && *now > removed_) set_size(element, *now - removed_);
    left_.notes.push_back(
        fmt::format("{} is not what it was before: it was changed since the adoption", words));
  }

  pugi::xml_node domain_, devices_, adopted_;
  Bytes removed_;
  ReleaseLeft left_;
};

}  // namespace

ReleaseLeft release_tree(pugi::xml_node domain, bool for_good) {
  const pugi::xml_node adopted = local_child(our_metadata(domain), domain_metadata::kAdopted);
  if (!adopted) return {};
  Release release(domain, adopted);
  release.devices();
  release.balloon();
  release.cells();
  release.sizes();
  if (for_good) release.controllers();
  release.metadata();
  return std::move(release).left();
}

}  // namespace aerostat
