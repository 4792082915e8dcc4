#include "cli/adopt_command.h"

#include <unistd.h>

#include <iostream>

#include "base/text.h"
#include "console/checks.h"
#include "console/exit_status.h"
#include "console/table.h"
#ifdef AEROSTAT_WITH_LIBVIRT
#include "cli/adoption.h"
#include "cli/domains.h"
#endif

namespace aerostat {

void AdoptCommand::add_common(CLI::App& command) {
  command.add_option("--connect", connect_, "URI of the libvirt daemon (environment: LIBVIRT_DEFAULT_URI)")
      ->envname("LIBVIRT_DEFAULT_URI")
      ->capture_default_str()
      ->type_name("URI");
  command.add_flag("--yes", yes_, "do not ask");
  command.add_flag("--dry-run", dry_run_, "only show what would change");
}

AdoptCommand::AdoptCommand(CLI::App& app, CLI::App& release)
    : adopt_(app.add_subcommand("adopt", "Change a libvirt domain's definition so that it can be managed")),
      release_(&release) {
  adopt_->add_option("DOMAIN", domain_, "libvirt's name of the domain, or its UUID")
      ->required()
      ->type_name("");
  add_common(*adopt_);
  adopt_->add_option("--minimum", minimum_, "never pushed below this (default: half of what it boots with)")
      ->check(memory_size())
      ->type_name("SIZE");
  adopt_->add_option("--maximum", maximum_, "never grown above this (default: what it has now)")
      ->check(memory_size())
      ->type_name("SIZE");
  adopt_->add_option("--startup", startup_, "memory it boots with (default: as now)")
      ->check(memory_size())
      ->type_name("SIZE");
  adopt_->add_option("--buffer", buffer_, "headroom above demand, in percent (5 to 2000; default: learned)")
      ->transform(percent(kLeastBuffer, kMostBuffer))
      ->type_name("PERCENT");
  adopt_->add_option("--weight", weight_, "priority when memory is scarce (0 to 10000)")
      ->check(CLI::Range(kLeastWeight, kMostWeight))
      ->type_name("WEIGHT");
  adopt_->add_flag("--now", now_, "also plug into the running domain what can be plugged");
  adopt_->footer(
      "Shows the difference of the XML first and asks. Adds a memory device (virtio-mem) up to the maximum,\n"
      "balloon statistics, free page reporting and the port of the guest's service. Keeps the settings in "
      "the\n"
      "domain's metadata. Does not need aerostatd, and does not restart the domain. Again with other values: "
      "edits.\n"
      "Examples:\n  aerostat adopt web --minimum 512M --maximum 8G\n  aerostat adopt web --dry-run\n"
      "  aerostat adopt db --startup 2G --maximum 16G --weight 8000 --yes --now");
  add_common(*release_);
  release_->footer(
      "If aerostatd keeps memory for the VM's start, it no longer does. Otherwise, and always with --yes or\n"
      "--dry-run: undoes what adopt changed in the libvirt domain's definition and nobody changed since, "
      "and\n"
      "says what stays. A running domain keeps its devices and its memory until it is shut down and started "
      "again.\n"
      "Examples:\n  aerostat release web\n  aerostat release web --dry-run");
}

bool AdoptCommand::asked() const { return adopt_->parsed() || (release_->parsed() && (yes_ || dry_run_)); }

std::string AdoptCommand::name() const {
  return release_->parsed() ? release_->get_option("VM")->as<std::string>() : domain_;
}

bool AdoptCommand::knows_domain() const {
#ifdef AEROSTAT_WITH_LIBVIRT
  const Result<LibvirtApi> api = load_libvirt();
  if (!api) return false;
  const Result<Domains> domains = Domains::open(*api, connect_);
  return domains && domains->read(name()).has_value();
#else
  return false;
#endif
}

Settings AdoptCommand::wishes() const {
  Settings out;
  const auto size = [](const std::string& text) -> std::optional<Bytes> {
    const Result<Bytes> parsed = parse_size(text);
    return parsed ? std::optional<Bytes>(*parsed) : std::nullopt;
  };
  if (!startup_.empty()) out.startup = size(startup_);
  if (!minimum_.empty()) out.minimum = size(minimum_);
  if (!maximum_.empty()) out.maximum = size(maximum_);
  if (adopt_->count("--buffer") > 0) out.buffer_percent = buffer_;
  if (adopt_->count("--weight") > 0) out.weight = weight_;
  return out;
}

int AdoptCommand::run(const Surroundings& around, bool json) const {
#ifdef AEROSTAT_WITH_LIBVIRT
  Adoption adoption;
  adoption.domain = name();
  adoption.uri = connect_;
  adoption.release = release_->parsed();
  adoption.wishes = wishes();
  adoption.yes = yes_;
  adoption.dry_run = dry_run_;
  adoption.now = now_;
  adoption.json = json;
  const Result<LibvirtApi> api = load_libvirt();
  if (!api) {
    around.err << "aerostat: " << clean(api.error().message) << "\n";
    return kNotReached;
  }
  // A person must see the question and be able to answer it.
  const bool person = around.terminal && ::isatty(STDIN_FILENO) == 1;
  return carry_out(*api, adoption, around, person ? &std::cin : nullptr);
#else
  (void)json;
  around.err << "aerostat: this aerostat was built without libvirt, so that it cannot change domains\n";
  return kNotReached;
#endif
}

}  // namespace aerostat
