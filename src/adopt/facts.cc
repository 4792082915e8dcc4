#include "adopt/facts.h"

#include <string_view>

#include "domain/xml.h"

namespace aerostat {

namespace {

constexpr std::int64_t kMostVcpus = 100'000;
constexpr std::size_t kMostParts = 1024;  // cells, and memory devices

tl::unexpected<Error> unclear(const std::string& what) {
  return fail(Error::Kind::Invalid, "the domain's XML cannot be used: " + what);
}

// What libosinfo calls the guest's system. Its prefix is up to whoever wrote it.
std::string_view system_of(const pugi::xml_node& domain) {
  for (const pugi::xml_node& each : domain.child("metadata").children()) {
    if (local_name(each) == "libosinfo") return local_child(each, "os").attribute("id").value();
  }
  return {};
}

bool is_windows(const pugi::xml_node& domain) {
  const std::string_view system = system_of(domain);
  if (!system.empty()) return system.find("://microsoft.com/") != std::string_view::npos;
  return !domain.child("features").child("hyperv").empty();
}

Result<void> read_cells(const pugi::xml_node& domain, DomainFacts& out) {
  for (const pugi::xml_node& cell : domain.child("cpu").child("numa").children("cell")) {
    const auto size = size_in(cell.attribute("memory"), cell.attribute("unit"));
    if (!size || out.cells.size() >= kMostParts) return unclear("a NUMA cell has no valid memory size");
    const std::string id = cell.attribute("id").value();
    out.cells.push_back({id.empty() ? std::to_string(out.cells.size()) : id, *size});
  }
  return {};
}

Result<void> read_modules(const pugi::xml_node& domain, DomainFacts& out) {
  for (const pugi::xml_node& device : domain.child("devices").children("memory")) {
    const pugi::xml_node target = device.child("target");
    const auto size = size_in(target.child("size"));
    if (!size || out.modules.size() >= kMostParts) return unclear("a memory device has no valid size");
    out.modules.push_back({device.attribute("model").value(), target.child("node").child_value(),
                           device.child("alias").attribute("name").value(), *size});
  }
  return {};
}

}  // namespace

Bytes DomainFacts::cells_memory() const {
  Bytes sum;
  if (!cells.empty()) {
    for (const Cell& cell : cells) sum += cell.memory;
    return sum;
  }
  for (const Module& module : modules) sum += module.size;
  return memory - sum;
}

Bytes DomainFacts::base() const {
  Bytes sum = cells_memory();
  for (const Module& module : modules) {
    if (module.model == "dimm") sum += module.size;
  }
  return sum;
}

Bytes DomainFacts::plug() const {
  Bytes sum;
  for (const Module& module : modules) {
    if (module.model == "virtio-mem") sum += module.size;
  }
  return sum;
}

Result<DomainFacts> facts_of(const pugi::xml_node& domain) {
  DomainFacts out;
  out.type = domain.attribute("type").value();
  const pugi::xml_node type = domain.child("os").child("type");
  out.arch = type.attribute("arch").value();
  out.machine = type.attribute("machine").value();
  out.windows = is_windows(domain);
  const auto memory = size_in(domain.child("memory"));
  if (!memory || *memory <= Bytes{}) return unclear("<memory> has no valid size");
  out.memory = *memory;
  out.current = size_in(domain.child("currentMemory")).value_or(out.memory);
  if (const pugi::xml_node most = domain.child("maxMemory")) {
    const auto size = size_in(most);
    const auto slots = number_in(most.attribute("slots").value());
    if (!size || !slots || *slots < 0) return unclear("<maxMemory> has no valid size or number of slots");
    out.max_memory = *size;
    out.slots = *slots;
  }
  if (const pugi::xml_node vcpu = domain.child("vcpu")) {
    const auto count = number_in(vcpu.child_value());
    if (!count || *count < 1 || *count > kMostVcpus) return unclear("<vcpu> is no valid number");
    out.vcpus = *count;
  }
  if (Result<void> read = read_cells(domain, out); !read) return fail(std::move(read.error()));
  if (Result<void> read = read_modules(domain, out); !read) return fail(std::move(read.error()));
  if (out.cells_memory() <= Bytes{}) return unclear("its memory devices are larger than its <memory>");
  return out;
}

}  // namespace aerostat
