#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "adopt/change_tree.h"
#include "domain/settings_text.h"
#include "domain/xml.h"
#include "model/domain_metadata.h"

namespace aerostat {

namespace {

constexpr Bytes kCellStep = Bytes::mib(2);

std::string ours(std::string_view local) { return fmt::format("{}:{}", domain_metadata::kPrefix, local); }

// The order in which libvirt writes devices: where it is kept, a definition that is unchanged looks
// unchanged.
constexpr std::array<std::string_view, 32> kOrder = {
    "emulator", "disk",    "controller", "lease",       "filesystem", "interface", "smartcard",  "serial",
    "parallel", "console", "channel",    "input",       "tpm",        "graphics",  "sound",      "audio",
    "video",    "hostdev", "redirdev",   "redirfilter", "hub",        "watchdog",  "memballoon", "rng",
    "nvram",    "panic",   "shmem",      "memory",      "iommu",      "vsock",     "crypto",     "pstore"};

std::ptrdiff_t rank_of(std::string_view kind) {
  return std::find(kOrder.begin(), kOrder.end(), kind) - kOrder.begin();
}

pugi::xml_node add_device(pugi::xml_node devices, const char* kind) {
  pugi::xml_node before;
  for (const pugi::xml_node& device : devices.children()) {
    if (device.type() == pugi::node_element && rank_of(device.name()) <= rank_of(kind)) before = device;
  }
  return before ? devices.insert_child_after(kind, before) : devices.prepend_child(kind);
}

// Notes a value before and after.
void note(pugi::xml_node adopted, const char* what, Bytes was, Bytes now) {
  pugi::xml_node entry = adopted.append_child(ours(what).c_str());
  set_attribute(entry, "was", kib_text(was));
  set_attribute(entry, "now", kib_text(now));
}

void note_device(pugi::xml_node adopted, pugi::xml_node device, const std::string& alias) {
  set_attribute(device.append_child("alias"), "name", alias);
  set_attribute(adopted.append_child(ours("device").c_str()), "alias", alias);
}

pugi::xml_node make_metadata(pugi::xml_node domain) {
  pugi::xml_node metadata = domain.child("metadata");
  if (!metadata) {
    const pugi::xml_node most = domain.child("maxMemory");
    metadata = domain.insert_child_before("metadata", most ? most : domain.child("memory"));
  }
  pugi::xml_node root = metadata.append_child(ours(domain_metadata::kRoot).c_str());
  set_attribute(root, fmt::format("xmlns:{}", domain_metadata::kPrefix).c_str(),
                std::string(domain_metadata::kNamespace));
  return root;
}

// Returns the cells' sizes afterwards; one for the whole VM if it has no cells.
std::vector<Bytes> set_boot_memory(pugi::xml_node domain, const DomainFacts& facts, Bytes boot,
                                   pugi::xml_node adopted) {
  const Bytes before = facts.cells_memory();
  if (facts.cells.empty()) return {boot};
  std::vector<Bytes> sizes;
  for (const DomainFacts::Cell& cell : facts.cells) sizes.push_back(cell.memory);
  if (boot == before) return sizes;
  const double ratio = static_cast<double>(boot.count()) / static_cast<double>(before.count());
  Bytes left = boot;
  for (Bytes& size : sizes) {
    size = size.scaled(ratio).round_down(kCellStep);
    left = left - size;
  }
  sizes.front() += left;
  std::size_t place = 0;
  for (pugi::xml_node cell : domain.child("cpu").child("numa").children("cell")) {
    pugi::xml_node entry = adopted.append_child(ours("cell").c_str());
    set_attribute(entry, "id", facts.cells[place].id);
    set_attribute(entry, "was", kib_text(facts.cells[place].memory));
    set_attribute(entry, "now", kib_text(sizes[place]));
    set_attribute(cell, "memory", kib_text(sizes[place]));
    if (cell.attribute("unit")) set_attribute(cell, "unit", "KiB");
    ++place;
  }
  return sizes;
}

// libvirt adds memory to guests with NUMA cells only.
void add_cell(pugi::xml_node domain, const DomainFacts& facts, Bytes boot, pugi::xml_node adopted) {
  pugi::xml_node cpu = domain.child("cpu");
  pugi::xml_node entry = adopted.append_child(ours("numa").c_str());
  set_attribute(entry, "now", kib_text(boot));
  if (!cpu) {
    const pugi::xml_node features = domain.child("features");
    cpu = domain.insert_child_after("cpu", features ? features : domain.child("os"));
    set_attribute(entry, "cpu", "added");
  }
  pugi::xml_node cell = cpu.append_child("numa").append_child("cell");
  set_attribute(cell, "id", "0");
  set_attribute(cell, "cpus", facts.vcpus == 1 ? "0" : fmt::format("0-{}", facts.vcpus - 1));
  set_attribute(cell, "memory", kib_text(boot));
  set_attribute(cell, "unit", "KiB");
}

void add_memory(pugi::xml_node domain, const DomainFacts& facts, const std::vector<Bytes>& cells, Bytes plug,
                pugi::xml_node adopted) {
  const std::vector<Bytes> parts = shares(cells, plug);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] <= Bytes{}) continue;
    const std::string node = facts.cells.empty() ? "0" : facts.cells[i].id;
    pugi::xml_node device = add_device(domain.child("devices"), "memory");
    set_attribute(device, "model", "virtio-mem");
    pugi::xml_node target = device.append_child("target");
    set_size(target.append_child("size"), parts[i]);
    target.append_child("node").text().set(node.c_str());
    set_size(target.append_child("block"), kDeviceBlock);
    set_size(target.append_child("requested"), Bytes{});
    note_device(adopted, device, fmt::format("{}memory-{}", kOurAlias, node));
  }
}

void set_sizes(pugi::xml_node domain, const DomainFacts& facts, const std::vector<Bytes>& cells,
               pugi::xml_node adopted) {
  Bytes total, rounded;
  for (const Bytes cell : cells) {
    total += cell;
    rounded += cell.round_up(Bytes::mib(1));  // as libvirt rounds it when the domain starts
  }
  std::int64_t modules = 0;
  for (const pugi::xml_node& device : domain.child("devices").children("memory")) {
    const Bytes size = size_in(device.child("target").child("size")).value_or(Bytes{});
    total += size;
    rounded += size.round_up(Bytes::mib(1));
    ++modules;
  }
  if (total != facts.memory) {
    note(adopted, "memory", facts.memory, total);
    set_size(domain.child("memory"), total);
  }
  const bool full = facts.current >= facts.base();
  const Bytes base = std::accumulate(cells.begin(), cells.end(), facts.base() - facts.cells_memory());
  const Bytes current = base == facts.base() ? facts.current : full ? base : std::min(facts.current, base);
  if (current != facts.current) {
    note(adopted, "currentMemory", facts.current, current);
    set_size(child_or_new(domain, "currentMemory"), current);
  }
  if (modules == 0) return;
  const Bytes most = std::max(facts.max_memory, rounded);
  const std::int64_t slots = std::max(facts.slots, modules);
  if (most == facts.max_memory && slots == facts.slots) return;
  pugi::xml_node element = domain.child("maxMemory");
  if (!element) element = domain.insert_child_before("maxMemory", domain.child("memory"));
  note(adopted, "maxMemory", facts.max_memory, most);
  pugi::xml_node entry = adopted.last_child();
  set_attribute(entry, "wasSlots", std::to_string(facts.slots));
  set_attribute(entry, "nowSlots", std::to_string(slots));
  set_attribute(element, "slots", std::to_string(slots));
  set_size(element, most);
}

void prepare_balloon(pugi::xml_node devices, pugi::xml_node adopted) {
  pugi::xml_node balloon = devices.child("memballoon");
  pugi::xml_node entry = adopted.append_child(ours("balloon").c_str());
  if (!balloon) {
    balloon = add_device(devices, "memballoon");
    set_attribute(entry, "model", "missing");
  } else if (std::string_view(balloon.attribute("model").value()) == "none") {
    set_attribute(entry, "model", "none");
  }
  if (entry.attribute("model")) set_attribute(balloon, "model", "virtio");
  if (std::string_view(balloon.attribute("freePageReporting").value()) != "on") {
    set_attribute(entry, "freePageReporting", balloon.attribute("freePageReporting").value());
    set_attribute(balloon, "freePageReporting", "on");
  }
  pugi::xml_node stats = balloon.child("stats");
  const auto period = number_in(stats.attribute("period").value());
  if (!period || *period < 1 || *period > kStatsPeriod) {
    set_attribute(entry, "period", stats.attribute("period").value());
    if (!stats) stats = balloon.prepend_child("stats");
    set_attribute(stats, "period", std::to_string(kStatsPeriod));
  }
  if (!entry.first_attribute()) adopted.remove_child(entry);
}

bool has_guest_channel(const pugi::xml_node& devices) {
  const auto channels = devices.children("channel");
  return std::any_of(channels.begin(), channels.end(), [](const pugi::xml_node& channel) {
    return std::string_view(channel.child("target").attribute("name").value()) == kGuestChannel;
  });
}

bool has_virtio_port(const pugi::xml_node& devices) {
  for (const char* kind : {"channel", "console"}) {
    for (const pugi::xml_node& device : devices.children(kind)) {
      if (std::string_view(device.child("target").attribute("type").value()) == "virtio") return true;
    }
  }
  return false;
}

void add_channel(pugi::xml_node devices, pugi::xml_node adopted) {
  if (has_guest_channel(devices)) return;
  // libvirt adds one for other channels by itself: then it is theirs.
  if (!devices.find_child_by_attribute("controller", "type", "virtio-serial") && !has_virtio_port(devices)) {
    pugi::xml_node controller = add_device(devices, "controller");
    set_attribute(controller, "type", "virtio-serial");
    set_attribute(controller, "index", "0");
    note_device(adopted, controller, fmt::format("{}serial", kOurAlias));
  }
  pugi::xml_node channel = add_device(devices, "channel");
  set_attribute(channel, "type", "unix");
  pugi::xml_node target = channel.append_child("target");
  set_attribute(target, "type", "virtio");
  set_attribute(target, "name", kGuestChannel);
  note_device(adopted, channel, fmt::format("{}guest", kOurAlias));
}

// libvirt adds PCI controllers where new devices find no slot.
void note_controllers(const pugi::xml_node& devices, std::optional<std::int64_t> known,
                      pugi::xml_node adopted) {
  std::int64_t last = known.value_or(0);
  for (const pugi::xml_node& controller : devices.children("controller")) {
    if (!known && std::string_view(controller.attribute("type").value()) == "pci")
      last = std::max(last, number_in(controller.attribute("index").value()).value_or(0));
  }
  set_attribute(adopted.append_child(ours("controllers").c_str()), "last", std::to_string(last));
}

}  // namespace

std::vector<Bytes> shares(const std::vector<Bytes>& cells, Bytes total) {
  std::vector<Bytes> out(cells.size());
  const std::int64_t steps = total.round_up(kDeviceStep).count() / kDeviceStep.count();
  const Bytes all = std::accumulate(cells.begin(), cells.end(), Bytes{});
  if (all <= Bytes{} || steps <= 0) return out;
  std::vector<std::pair<double, std::size_t>> rest;  // what rounding down takes from each
  std::int64_t given = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const double part =
        static_cast<double>(steps) * static_cast<double>(cells[i].count()) / static_cast<double>(all.count());
    const auto whole = static_cast<std::int64_t>(part);
    out[i] = Bytes::of(whole * kDeviceStep.count());
    given += whole;
    if (cells[i] > Bytes{}) rest.emplace_back(static_cast<double>(whole) - part, i);
  }
  std::stable_sort(rest.begin(), rest.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; given < steps && !rest.empty(); ++given, ++i)
    out[rest[i % rest.size()].second] += kDeviceStep;
  return out;
}

std::optional<std::int64_t> controllers_before(const pugi::xml_node& domain) {
  const pugi::xml_node adopted = local_child(our_metadata(domain), domain_metadata::kAdopted);
  return number_in(local_child(adopted, "controllers").attribute("last").value());
}

void adopt_tree(pugi::xml_node domain, const DomainFacts& facts, const Settings& settings,
                std::optional<std::int64_t> controllers) {
  pugi::xml_node root = our_metadata(domain);
  pugi::xml_node before = root ? local_child(root, domain_metadata::kSettings) : pugi::xml_node();
  if (!root) root = make_metadata(domain);
  pugi::xml_node adopted = root.append_child(ours(domain_metadata::kAdopted).c_str());
  // Whoever wrote it may have chosen another prefix.
  const std::string declared = fmt::format("xmlns:{}", domain_metadata::kPrefix);
  if (!root.attribute(declared.c_str())) {
    set_attribute(root, declared.c_str(), std::string(domain_metadata::kNamespace));
    set_attribute(adopted, "prefix", "added");
  }
  // Settings that somebody wrote by hand come back with the release.
  if (before) {
    adopted.append_move(before);
  }
  write_settings(root.prepend_child(ours(domain_metadata::kSettings).c_str()), settings);

  pugi::xml_node devices = child_or_new(domain, "devices");
  note_controllers(devices, controllers, adopted);
  prepare_balloon(devices, adopted);
  add_channel(devices, adopted);
  const Bytes dimms = facts.base() - facts.cells_memory();
  const Bytes boot = settings.startup ? settings.startup->round_up(kCellStep) - dimms : facts.cells_memory();
  const std::vector<Bytes> cells = set_boot_memory(domain, facts, boot, adopted);
  const Bytes plug = settings.maximum.value_or(Bytes{}) - boot - dimms - facts.plug();
  if (plug > Bytes{}) {
    if (facts.cells.empty()) add_cell(domain, facts, boot, adopted);
    add_memory(domain, facts, cells, plug, adopted);
  }
  set_sizes(domain, facts, cells, adopted);
}

}  // namespace aerostat
