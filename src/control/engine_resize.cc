// The engine and sizes that people ask for: a static VM is resized by whatever device it has.
#include <fmt/format.h>

#include <algorithm>

#include "control/engine.h"
#include "control/guest_rules.h"
#include "control/reports.h"
#include "control/sense.h"

namespace aerostat {

namespace {

tl::unexpected<Error> wrong(Error::Kind kind, std::string message) {
  return fail(Error{kind, std::move(message), "memory_bytes"});
}

// What the VM itself allows.
Result<void> takes(const VmRecord& vm, Bytes memory) {
  const MachineFacts& facts = vm.facts();
  const std::string& name = vm.name;
  if (vm.limits.mode == Mode::Dynamic) {
    return wrong(
        Error::Kind::Refused,
        fmt::format("'{}' is dynamic, so its size follows its need; set its minimum and maximum, or first "
                    "`aerostat set {} --mode static`",
                    name, name));
  }
  if (!facts.known || facts.link != Link::Up)
    return fail(Error::Kind::Unavailable, fmt::format("'{}' does not answer: {}", name, facts.link_note));
  if (!facts.can_change) {
    return wrong(Error::Kind::Refused, fmt::format("'{}' has no device that could change its memory; "
                                                   "`aerostat qemu-args` prints what it needs",
                                                   name));
  }
  if (facts.migrating) {
    return wrong(Error::Kind::Refused,
                 fmt::format("'{}' is being migrated; try again when that is over", name));
  }
  const Bytes least = std::max(facts.levels.least(), kLeastMinimum);
  if (memory < least || memory > facts.maximum()) {
    return wrong(Error::Kind::Invalid,
                 fmt::format("'{}' can have {} to {}, not {}", name, format_bytes(least),
                             format_bytes(facts.maximum()), format_bytes(memory)));
  }
  if (const auto most = most_for_guest(vm); most && memory > *most) {
    return wrong(Error::Kind::Refused,
                 fmt::format("'{}' can have {} at most: {} cannot use more while it runs", name,
                             format_bytes(*most), vm.standing.title));
  }
  const std::optional<Bytes> need = vm.mind.demand ? std::optional(vm.mind.demand->demand) : std::nullopt;
  if (need && memory < *need && memory < facts.target()) {
    return wrong(Error::Kind::Refused,
                 fmt::format("'{}' needs {} now; with {} it would page, or lose programs", name,
                             format_bytes(*need), format_bytes(memory)));
  }
  return {};
}

}  // namespace

Result<void> Engine::host_gives(const VmRecord& vm, Bytes to) const {
  const Bytes more = to - vm.facts().committed();
  if (more <= Bytes{}) return {};
  count_all();
  const std::optional<Bytes> available = host_.memory().available;
  Bytes left = books_.free();
  if (available)
    left = std::min(left, *available - books_.untouched() - books_.reserved() - options_.physical_margin);
  if (more <= left) return {};
  return wrong(Error::Kind::Refused,
               fmt::format("'{}' would get {} more, and the host has {} to give{}", vm.name,
                           format_bytes(more), format_bytes(std::max(Bytes{}, left)), holders(vm.name)));
}

Result<VmReport> Engine::resize(const std::string& asked, Bytes memory, bool dry_run, const std::string& by) {
  const VmRecord* const found = spoken_of(asked);
  if (!found) return fail(nobody_called(asked));
  VmRecord& vm = *find(found->id);
  if (paused_)
    return fail(Error::Kind::Refused, "aerostat is paused, so nothing is moved; first `aerostat resume`");
  if (Result<void> ok = takes(vm, memory); !ok) return fail(std::move(ok.error()));
  const Bytes to = vm.machine->reachable(memory);
  if (Result<void> ok = host_gives(vm, to); !ok) return fail(std::move(ok.error()));
  const Bytes from = vm.facts().assigned();
  if (!dry_run) {
    event(EventCode::VmResized, vm.name, tells::Resized{from, to}, by);
    vm.machine->set_target(to);
    refresh(vm, clock_.now());
  }
  VmReport out = report_of(vm, clock_.now());
  out.target = to;
  if (to != memory) {
    out.warnings.push_back(
        fmt::format("its devices can have {}, not exactly {}", format_bytes(to), format_bytes(memory)));
  }
  return out;
}

}  // namespace aerostat
