#include "settings_keeper.h"

#include <set>

namespace aerostat {

Result<void> StoredSettings::load() {
  Result<SettingsStore::All> read = store_.load();
  if (!read) return fail(std::move(read.error()));
  set_ = *std::move(read);
  return {};
}

// Settings made at run time.
Settings StoredSettings::own(const VmLabel& vm) const {
  for (const std::string& name : vm.names()) {
    if (const auto found = set_.find(name); found != set_.end()) return found->second;
  }
  return {};
}

Settings StoredSettings::settings_after(const VmLabel& vm, const SettingsChange& change) const {
  Settings written = config_.settings_of(vm.display);
  for (const std::string& name : vm.names()) {
    const auto found = config_.vms.find(name);
    if (found == config_.vms.end()) continue;
    written = config_.settings_of(name);
    break;
  }
  return merged(written, changed(own(vm), change));
}

std::vector<std::string> StoredSettings::names() const {
  std::set<std::string> all;
  for (const auto& [name, entry] : config_.vms) all.insert(name);
  for (const auto& [name, settings] : set_) all.insert(name);
  return {all.begin(), all.end()};
}

Result<void> StoredSettings::keep(const VmLabel& vm, const SettingsChange& change) {
  SettingsStore::All after = set_;
  const std::string particular = vm.names().front();
  after[set_.contains(particular) ? particular : vm.name] = changed(own(vm), change);
  if (Result<void> saved = store_.save(after); !saved) return saved;
  set_ = std::move(after);
  return {};
}

}  // namespace aerostat
