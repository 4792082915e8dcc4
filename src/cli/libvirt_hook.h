// `aerostat libvirt-hook`: what libvirt runs before it starts a domain, and after it ended
// (packaging/libvirt-hook). Asks for the domain's memory first, if the configuration says so. What it cannot
// ask for starts or not, as [starts] without_daemon says.
#pragma once

#include <CLI/CLI.hpp>
#include <iosfwd>
#include <string>

#include "cli/commands.h"
#include "cli/starts.h"

namespace aerostat {

class LibvirtHook {
 public:
  explicit LibvirtHook(CLI::App& app);
  bool asked() const { return command_->parsed(); }
  // `xml`: the domain's. Status 0: it may start.
  int run(std::istream& xml, const Output& output, const Starts::Pause& pause) const;

 private:
  int before_start(std::istream& xml, bool later, const Output& output, const Starts::Pause& pause) const;

  CLI::App* command_;
  std::string domain_, operation_, step_, extra_;
  std::string config_ = "/etc/aerostat/aerostat.toml";
};

}  // namespace aerostat
