#include "settings_keeper.h"

#include <set>

namespace aerostat {

Result<void> StoredSettings::load() {
  Result<SettingsStore::All> read = store_.load();
  if (!read) return fail(std::move(read.error()));
  set_ = *std::move(read);
  return {};
}

Settings StoredSettings::settings(const std::string& vm) const {
  const Settings configured = config_.settings_of(vm);
  const auto found = set_.find(vm);
  return found == set_.end() ? configured : merged(configured, found->second);
}

std::vector<std::string> StoredSettings::names() const {
  std::set<std::string> all;
  for (const auto& [name, entry] : config_.vms) all.insert(name);
  for (const auto& [name, settings] : set_) all.insert(name);
  return {all.begin(), all.end()};
}

Result<void> StoredSettings::keep(const std::string& vm, const Settings& change) {
  SettingsStore::All after = set_;
  after[vm] = merged(after[vm], change);
  if (Result<void> saved = store_.save(after); !saved) return saved;
  set_ = std::move(after);
  return {};
}

}  // namespace aerostat
