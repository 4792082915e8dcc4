#include "adopt/obstacles.h"

#include <fmt/format.h>

#include <string_view>

#include "base/text.h"
#include "domain/pinning.h"
#include "domain/xml.h"

namespace aerostat {

namespace {

using std::string_view;

Result<void> refuse(std::string why) { return fail(Error::Kind::Refused, std::move(why)); }

std::string quoted(string_view text) { return printable(text, 60); }

Result<void> check_backing(const pugi::xml_node& domain) {
  const pugi::xml_node backing = domain.child("memoryBacking");
  if (backing.child("hugepages")) {
    return refuse(
        "its memory consists of huge pages that the host set aside, and a balloon gives none of them back; "
        "remove <hugepages> from <memoryBacking> (transparent huge pages need no setting), or leave it as it "
        "is");
  }
  if (backing.child("locked")) {
    return refuse(
        "its memory is locked in the host, so that a balloon gives nothing back; remove <locked/> from "
        "<memoryBacking>, or leave it as it is");
  }
  return {};
}

Result<void> check_machine(const DomainFacts& facts) {
  if (facts.type != "kvm" && facts.type != "qemu") {
    return refuse(fmt::format("it is of type '{}'; only VMs of QEMU (types kvm and qemu) can be managed",
                              quoted(facts.type)));
  }
  for (const string_view without : {"microvm", "isapc", "none", "xenpv", "xenfv", "xenfv-4.2"}) {
    if (facts.machine == without) {
      return refuse(
          fmt::format("its machine type '{}' has no PCI bus for a balloon; use q35 or pc", without));
    }
  }
  return {};
}

Result<void> check_own_arguments(const pugi::xml_node& domain) {
  for (const pugi::xml_node& arg : domain.child("qemu:commandline").children("qemu:arg")) {
    const string_view text = attribute_text(arg, "value");
    for (const string_view ours : {"virtio-balloon", "virtio-mem", "memory-backend", "pc-dimm", "maxmem"}) {
      if (text.find(ours) == string_view::npos) continue;
      return refuse(fmt::format(
          "its <qemu:commandline> sets up memory itself ({}), which libvirt does not know of; move that into "
          "elements of libvirt",
          ours));
    }
  }
  return {};
}

}  // namespace

Result<void> check_manageable(const pugi::xml_node& domain, const DomainFacts& facts) {
  if (Result<void> right = check_machine(facts); !right) return right;
  if (const pugi::xml_node security = domain.child("launchSecurity")) {
    return refuse(fmt::format(
        "its memory is encrypted by the processor (<launchSecurity type='{}'>), so that it cannot "
        "be given back to the host; leave it as it is",
        quoted(attribute_text(security, "type"))));
  }
  if (Result<void> right = check_backing(domain); !right) return right;
  if (const std::string device = pinning_device(domain.child("devices")); !device.empty()) {
    return refuse(
        fmt::format("it has {}: the host pins all of the guest's memory for it, so that a balloon gives "
                    "nothing back; remove the device, or leave the domain as it is",
                    device));
  }
  return check_own_arguments(domain);
}

Result<void> check_growable(const pugi::xml_node& domain, const DomainFacts& facts, Bytes maximum) {
  if (facts.arch != "x86_64") {
    return refuse(
        fmt::format("memory can be hot-added to x86_64 guests only, and this is {}; give a --maximum of at "
                    "most {}, and its balloon alone manages it",
                    quoted(facts.arch), format_bytes(facts.base() + facts.plug())));
  }
  if (const auto limit = size_in(domain.child("memtune").child("hard_limit")); limit && *limit <= maximum) {
    return refuse(
        fmt::format("the kernel would kill it at {} (<hard_limit> in <memtune>), before it has its maximum "
                    "{}; raise or remove <hard_limit>",
                    format_bytes(*limit), format_bytes(maximum)));
  }
  return {};
}

}  // namespace aerostat
