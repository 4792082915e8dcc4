// The engine's VMs by id, and their names for people.
#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "control/engine.h"

namespace aerostat {

VmRecord* Engine::find(const VmId& id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

// A driver may use VM names that cannot be written in a file or on a command line.
std::string Engine::shown_name(std::string_view name) {
  constexpr std::size_t kMost = 64;
  std::string out(name.substr(0, kMost));
  for (char& c : out) {
    if (!is_vm_name(std::string_view(&c, 1)) && std::string_view(".- ").find(c) == std::string_view::npos)
      c = '_';
  }
  if (out.empty()) return "_";
  if (!is_vm_name(out.substr(0, 1))) out.front() = '_';
  if (out.back() == ' ') out.back() = '_';
  return out;
}

// If several VMs show one name, people add the driver.
void Engine::call_by_name(const std::string& display) {
  std::vector<VmRecord*> same;
  for (const auto& [id, vm] : by_id_) {
    if (vm->display == display) same.push_back(vm);
  }
  for (VmRecord* vm : same) {
    const std::string name = same.size() == 1 ? display : name_at_driver(display, vm->id);
    const auto holder = vms_.find(name);
    const bool free = holder == vms_.end() || holder->second.get() == vm;
    call(*vm, free ? name : id_text(vm->id));
  }
}

void Engine::call(VmRecord& vm, const std::string& name) {
  if (vm.name == name) return;
  auto node = vms_.extract(vm.name);
  node.key() = name;
  const std::string before = std::exchange(vm.name, name);
  vms_.insert(std::move(node));
  if (!vm.claim) return;  // it appears now
  books_.rename(*vm.claim, name);
  journal_.rename(before, name);
  fair_.reset();
  event(EventCode::VmRenamed, name, fmt::format("it was called '{}' until now", before));
}

void Engine::machine_renamed(const VmId& was, Machine& machine) {
  VmRecord* const vm = find(was);
  if (!vm) return;
  by_id_.erase(was);
  vm->id = machine.id();
  by_id_[vm->id] = vm;
  const std::string before = std::exchange(vm->display, shown_name(machine.name()));
  seen_.insert(vm->display);
  call_by_name(before);
  call_by_name(vm->display);
  // Its guest's reports carry its id.
  vm->guest.reset();
  vm->settings = settings_.settings(label_of(*vm));
  refresh(*vm, clock_.now());
}

// Null: none, or ambiguous. `NAME@DRIVER` is also accepted where NAME alone is enough.
const VmRecord* Engine::spoken_of(const std::string& name) const {
  const auto found = vms_.find(name);
  if (found != vms_.end()) return found->second.get();
  for (const auto& [id, vm] : by_id_) {
    if (name == name_at_driver(vm->display, id) || name == id_text(id)) return vm;
  }
  return nullptr;
}

// A name that several VMs show.
std::optional<Error> Engine::several_called(const std::string& name) const {
  std::string called;
  for (const auto& [id, vm] : by_id_) {
    if (vm->display == name) called += (called.empty() ? "" : ", ") + vm->name;
  }
  if (called.empty()) return std::nullopt;
  return Error{Error::Kind::Invalid,
               fmt::format("several VMs are named '{}': say which of {}", name, called)};
}

Error Engine::nobody_called(const std::string& name) const {
  if (auto several = several_called(name)) return *std::move(several);
  for (const std::string& off : settings_.names()) {
    if (off == name) {
      return {Error::Kind::NotFound,
              fmt::format("'{}' is not running; `aerostat list --all` shows its settings", name)};
    }
  }
  return {Error::Kind::NotFound,
          fmt::format("no VM named '{}' is running; `aerostat list` shows those that are{}", name,
                      did_you_mean(name, known_names()))};
}

}  // namespace aerostat
