#include "settings_keeper.h"

#include <iterator>
#include <set>
#include <utility>

namespace aerostat {

namespace {

// What was set while running.
Settings own(const SettingsStore::All& all, const VmLabel& vm) {
  for (const std::string& name : vm.names()) {
    if (const auto found = all.find(name); found != all.end()) return found->second;
  }
  return {};
}

// The name that a change is kept under, and what is kept there.
std::string key_of(const SettingsStore::All& all, const VmLabel& vm) {
  const std::string particular = vm.names().front();
  return all.contains(particular) ? particular : vm.name;
}
std::size_t bytes_at(const SettingsStore::All& all, const std::string& key) {
  const auto found = all.find(key);
  return found == all.end() ? 0 : SettingsStore::size_of(key, found->second);
}

}  // namespace

StoredSettings::StoredSettings(Config config, SettingsStore store, Post post, Elsewhere elsewhere)
    : config_(std::move(config)),
      store_(std::move(store)),
      post_(std::move(post)),
      elsewhere_(std::move(elsewhere)) {
  if (!elsewhere_) elsewhere_ = [this](std::function<void()> job) { worker_.run(std::move(job)); };
}

Result<void> StoredSettings::load() {
  Result<SettingsStore::All> read = store_.load();
  if (!read) return fail(std::move(read.error()));
  set_ = wanted_ = *std::move(read);
  wanted_bytes_ = SettingsStore::size_of(wanted_);
  return {};
}

std::optional<VmId> StoredSettings::drivers_id(const VmLabel& vm) const {
  if (!drivers_) return std::nullopt;
  if (vm.id) return vm.id->driver == drivers_->driver ? vm.id : std::nullopt;
  const std::map<std::string, VmId>& resting = drivers_->resting();
  const auto found = resting.find(vm.name);
  return found == resting.end() ? std::nullopt : std::optional(found->second);
}

Settings StoredSettings::configured(const VmLabel& vm) const {
  // libvirt's domains are people's own: a default makes none of them dynamic.
  const bool adopts_itself = !drivers_id(vm) && (!vm.id || vm.id->driver != "libvirt");
  std::string called = vm.display;
  for (const std::string& name : vm.names()) {
    if (!config_.vms.contains(name)) continue;
    called = name;
    break;
  }
  Settings out = config_.settings_of(called);
  const auto entry = config_.vms.find(called);
  const bool by_default = entry == config_.vms.end() || !entry->second.settings.mode;
  if (by_default && !adopts_itself) out.mode.reset();
  return out;
}

Settings StoredSettings::settings(const VmLabel& vm) const {
  const Settings out = merged(configured(vm), own(set_, vm));
  const std::optional<VmId> id = drivers_id(vm);
  return id ? merged(out, drivers_->settings(*id)) : out;
}

Settings StoredSettings::settings_after(const VmLabel& vm, const SettingsChange& change) const {
  const std::optional<VmId> id = drivers_id(vm);
  if (!id) return merged(configured(vm), changed(own(wanted_, vm), change));
  return merged(merged(configured(vm), own(set_, vm)), changed(drivers_->settings(*id), change));
}

std::vector<std::string> StoredSettings::names() const {
  std::set<std::string> all;
  for (const auto& [name, entry] : config_.vms) all.insert(name);
  for (const auto& [name, settings] : set_) all.insert(name);
  if (drivers_) {
    for (const auto& [name, id] : drivers_->resting()) all.insert(name);
  }
  return {all.begin(), all.end()};
}

Result<void> StoredSettings::may_keep(const VmLabel& vm, const SettingsChange& change) const {
  if (drivers_id(vm)) return {};
  const std::string key = key_of(wanted_, vm);
  const std::size_t old = bytes_at(wanted_, key);
  const std::size_t fresh = SettingsStore::size_of(key, changed(own(wanted_, vm), change));
  if (fresh > old && wanted_bytes_ - old + fresh > SettingsStore::kMostBytes)
    return fail(SettingsStore::too_large());
  return {};
}

void StoredSettings::keep(const VmLabel& vm, const SettingsChange& change, Kept kept) {
  if (const std::optional<VmId> id = drivers_id(vm))
    return drivers_->keep(*id, changed(drivers_->settings(*id), change), std::move(kept));
  if (Result<void> fits = may_keep(vm, change); !fits) return kept(fail(std::move(fits.error())));
  const std::string key = key_of(wanted_, vm);
  const Settings after = changed(own(wanted_, vm), change);
  wanted_bytes_ = wanted_bytes_ - bytes_at(wanted_, key) + SettingsStore::size_of(key, after);
  wanted_[key] = after;
  waiting_.push_back(std::move(kept));
  if (!writing_) write();
}

void StoredSettings::write() {
  writing_ = true;
  under_way_ = std::exchange(waiting_, {});
  elsewhere_([this, all = wanted_]() mutable {
    Result<void> saved = store_.save(all);
    post_(
        [this, saved = std::move(saved), all = std::move(all)]() mutable { written(saved, std::move(all)); });
  });
}

void StoredSettings::written(const Result<void>& saved, SettingsStore::All all) {
  writing_ = false;
  std::vector<Kept> told = std::exchange(under_way_, {});
  if (saved) {
    set_ = std::move(all);
  } else {
    // What came after was checked on top of what could not be kept: it is refused with it.
    told.insert(told.end(), std::make_move_iterator(waiting_.begin()),
                std::make_move_iterator(waiting_.end()));
    waiting_.clear();
    wanted_ = set_;
    wanted_bytes_ = SettingsStore::size_of(wanted_);
  }
  if (!waiting_.empty()) write();
  for (const Kept& kept : told) kept(saved);
}

}  // namespace aerostat
