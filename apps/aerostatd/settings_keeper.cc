#include "settings_keeper.h"

#include <set>

namespace aerostat {

Result<void> StoredSettings::load() {
  Result<SettingsStore::All> read = store_.load();
  if (!read) return fail(std::move(read.error()));
  set_ = *std::move(read);
  return {};
}

// What was set while running.
Settings StoredSettings::own(const std::string& vm) const {
  const auto found = set_.find(vm);
  return found == set_.end() ? Settings{} : found->second;
}

Settings StoredSettings::settings_after(const std::string& vm, const SettingsChange& change) const {
  return merged(config_.settings_of(vm), changed(own(vm), change));
}

std::vector<std::string> StoredSettings::names() const {
  std::set<std::string> all;
  for (const auto& [name, entry] : config_.vms) all.insert(name);
  for (const auto& [name, settings] : set_) all.insert(name);
  return {all.begin(), all.end()};
}

Result<void> StoredSettings::keep(const std::string& vm, const SettingsChange& change) {
  SettingsStore::All after = set_;
  after[vm] = changed(own(vm), change);
  if (Result<void> saved = store_.save(after); !saved) return saved;
  set_ = std::move(after);
  return {};
}

}  // namespace aerostat
