// Each VM's settings: the configuration file, and on top of it the settings made at run time.
#pragma once

#include "config/config.h"
#include "config/settings_store.h"
#include "control/ports.h"

namespace aerostat {

class StoredSettings final : public SettingsKeeper {
 public:
  StoredSettings(Config config, SettingsStore store) : config_(std::move(config)), store_(std::move(store)) {}
  // Reads earlier settings. An error leaves nothing set and says where the file is damaged.
  Result<void> load();
  void reconfigure(Config config) { config_ = std::move(config); }
  const Config& config() const { return config_; }

  std::vector<std::string> names() const override;
  Settings settings_after(const VmLabel& vm, const SettingsChange& change) const override;
  Result<void> keep(const VmLabel& vm, const SettingsChange& change) override;

 private:
  Settings own(const VmLabel& vm) const;

  Config config_;
  SettingsStore store_;
  SettingsStore::All set_;
};

}  // namespace aerostat
