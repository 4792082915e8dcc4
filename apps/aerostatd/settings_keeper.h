// What each VM's settings are: the configuration file, and on top of it what was set while running.
// A change is in force, and answered, when it is on the disk. The disk is waited for on a thread of its own;
// changes that come meanwhile are written together, in their order.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/settings_store.h"
#include "control/ports.h"
#include "worker.h"

namespace aerostat {

class StoredSettings final : public SettingsKeeper {
 public:
  // Runs a function on the reactor's thread, later. May be called from any thread.
  using Post = std::function<void(std::function<void()>)>;
  // Runs a function elsewhere. Missing: on a thread of its own.
  using Elsewhere = std::function<void(std::function<void()>)>;

  StoredSettings(Config config, SettingsStore store, Post post, Elsewhere elsewhere = {});
  // Reads what was set before. An error leaves nothing set and says where the file is damaged.
  Result<void> load();
  void reconfigure(Config config) { config_ = std::move(config); }
  // VMs of `driver` have their settings with them, wherever that driver keeps them. They override all others,
  // and a change is made there. `resting`: those that do not run, by name.
  struct DriversOwn {
    std::string driver;
    std::function<const std::map<std::string, VmId>&()> resting;
    std::function<Settings(const VmId&)> settings;
    std::function<void(const VmId&, const Settings&, Kept)> keep;
  };
  void leave_to(DriversOwn own) { drivers_ = std::move(own); }
  const Config& config() const { return config_; }

  std::vector<std::string> names() const override;
  Settings settings(const VmLabel& vm) const override;
  Settings settings_after(const VmLabel& vm, const SettingsChange& change) const override;
  Result<void> may_keep(const VmLabel& vm, const SettingsChange& change) const override;
  void keep(const VmLabel& vm, const SettingsChange& change, Kept kept) override;

 private:
  Settings configured(const VmLabel& vm) const;
  // Missing: it is none of the driver's.
  std::optional<VmId> drivers_id(const VmLabel& vm) const;
  void write();
  void written(const Result<void>& saved, SettingsStore::All all);

  Config config_;
  std::optional<DriversOwn> drivers_;
  SettingsStore store_;  // the worker's while it writes
  Post post_;
  SettingsStore::All set_;     // on the disk
  SettingsStore::All wanted_;  // and what is on its way there
  std::size_t wanted_bytes_ = 0;
  std::vector<Kept> under_way_, waiting_;
  bool writing_ = false;
  Worker worker_;  // ends before what it uses
  Elsewhere elsewhere_;
};

}  // namespace aerostat
