// `aerostat adopt` and `aerostat release`: show what changes in a domain's definition, ask, change it, and
// say what works now and what after the next start. Nothing is changed unasked. In a build without libvirt
// adopt exists and says so.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "console/surroundings.h"
#include "model/settings.h"

namespace aerostat {

class AdoptCommand {
 public:
  // `release`: the command that also gives back memory kept for a start; it gets options here.
  AdoptCommand(CLI::App& app, CLI::App& release);
  // adopt, or a release that can only mean a domain because of its options.
  bool asked() const;
  bool could_release() const { return release_->parsed(); }
  // Whether libvirt has a domain of the name that was given to release.
  bool knows_domain() const;
  int run(const Surroundings& around, bool json) const;

 private:
  CLI::App* adopt_;
  CLI::App* release_;
  std::string domain_, connect_ = "qemu:///system";
  std::string startup_, minimum_, maximum_;
  int buffer_ = 0, weight_ = 0;
  bool yes_ = false, dry_run_ = false, now_ = false;

  void add_common(CLI::App& command);
  Settings wishes() const;
  std::string name() const;
};

}  // namespace aerostat
