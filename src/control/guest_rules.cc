#include "control/guest_rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace aerostat {

namespace {

Can growth(const VmRecord& vm) { return vm.standing.ability(vm.facts().grows_by); }

}  // namespace

std::optional<Bytes> most_for_guest(const VmRecord& vm) {
  if (vm.standing.row.empty()) return std::nullopt;
  const MachineFacts& facts = vm.facts();
  const Bytes has = facts.base + facts.added;
  if (!guest_can_grow(vm)) return has;
  if (!vm.standing.maximum) return std::nullopt;
  return std::max(has, *vm.standing.maximum);
}

void follow_guest(VmRecord& vm, const GuestTable* table, std::string_view host_version) {
  if (table == nullptr || !vm.guest) return;
  const GuestState& guest = vm.guest->state();
  if (guest.service == Service::Absent && guest.agent_version.empty()) return;
  if (!vm.standing.row.empty() && guest.system == vm.judged_system && guest.agent_version == vm.judged_agent)
    return;
  vm.judged_system = guest.system;
  vm.judged_agent = guest.agent_version;
  vm.standing = table->standing(guest.system, guest.agent_version, host_version);
}

bool guest_can_grow(const VmRecord& vm) { return growth(vm) == Can::Yes; }

bool limit_by_guest(const VmRecord& vm, Limits& limits) {
  const std::optional<Bytes> most = most_for_guest(vm);
  if (!most || *most >= limits.maximum) return false;
  limits.maximum = *most;
  limits.startup = std::min(limits.startup, *most);
  limits.minimum = std::min(limits.minimum, *most);
  return true;
}

std::string guest_note(const VmRecord& vm) {
  if (!vm.limited_by_guest) return vm.standing.too_new;
  const std::string& who = vm.standing.title;
  if (vm.standing.general) return fmt::format("{} is not in the table of guests: it is ballooned only", who);
  if (growth(vm) == Can::No)
    return fmt::format("ballooned only: {} cannot be given memory by {} while it runs", who,
                       ability_name(vm.facts().grows_by));
  if (growth(vm) == Can::Unknown)
    return fmt::format("ballooned only: nobody has tried to give {} memory by {} while it runs", who,
                       ability_name(vm.facts().grows_by));
  return fmt::format("{} can use {} at most", who, format_bytes(vm.limits.maximum));
}

}  // namespace aerostat
