#include "cli/libvirt_hook.h"

#include <fmt/format.h>

#include <istream>
#include <ostream>

#include "base/text.h"
#include "config/config.h"
#include "console/exit_status.h"
#include "console/table.h"
#ifdef AEROSTAT_WITH_LIBVIRT
#include "adopt/domain_start.h"
#endif

namespace aerostat {

namespace {

// The start waits for this as well.
constexpr std::chrono::milliseconds kHookPatience{1000};
// libvirt holds the domain while a hook runs: `virsh list` and every other list of domains wait as long.
// Memory that running VMs have to give is mostly there within a second.
constexpr std::chrono::milliseconds kHeldUp{3000};
constexpr std::size_t kLongestXml = std::size_t{4} << 20;

Result<std::string> read_all(std::istream& in) {
  std::string out(kLongestXml + 1, '\0');
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<std::size_t>(in.gcount()));
  if (out.size() <= kLongestXml) return out;
  return fail(
      Error::Kind::Invalid,
      fmt::format("its definition is longer than {}, the most that is read of one; shorten its metadata",
                  format_bytes(Bytes::of(static_cast<std::int64_t>(kLongestXml)))));
}

struct Wanted {
  std::string uuid;
  Bytes memory;
};

Result<Wanted> wanted_by(std::istream& in) {
#ifdef AEROSTAT_WITH_LIBVIRT
  const Result<std::string> xml = read_all(in);
  if (!xml) return fail(xml.error());
  const Result<DomainStart> start = domain_start(*xml);
  if (!start) return fail(start.error());
  return Wanted{start->uuid, start->memory};
#else
  (void)in;
  return fail(Error::Kind::Unavailable, "this build knows no libvirt");
#endif
}

}  // namespace

LibvirtHook::LibvirtHook(CLI::App& app) {
  command_ = app.add_subcommand("libvirt-hook", "For libvirt: ask for a domain's memory before it starts");
  command_->add_option("DOMAIN", domain_, "the domain's name")->required()->type_name("");
  command_->add_option("OPERATION", operation_, "prepare, start, release, …")->required()->type_name("");
  command_->add_option("STEP", step_, "begin or end")->type_name("");
  command_->add_option("EXTRA", extra_, "what libvirt says besides")->type_name("");
  command_->add_option("--config", config_, "where [starts] says whether to ask")
      ->capture_default_str()
      ->type_name("FILE");
  command_->footer(
      "libvirt runs this, with the domain's XML on standard input. It does nothing until the configuration "
      "has\n"
      "[starts] libvirt = \"true\". See docs/guide/starting.md.");
}

// `later`: the daemon may start it by itself. Not where its memory arrives from elsewhere, by a migration or
// from a file: a boot in place of that would be another life of its disks.
int LibvirtHook::before_start(std::istream& xml, bool later, const Output& output,
                              const Starts::Pause& pause) const {
  const Result<Config> config = load_config(config_);
  if (!config) {
    if (config.error().kind == Error::Kind::NotFound) return kDone;
    output.err << "aerostat: " << clean(domain_)
               << " starts without a promise of memory: " << clean(config.error().message) << "\n";
    return kDone;
  }
  if (!config->starts.libvirt) return kDone;
  const Result<Wanted> wanted = wanted_by(xml);
  if (!wanted || !is_vm_name(domain_)) {
    const bool starts = config->starts.without_daemon;
    output.err << "aerostat: " << clean(domain_)
               << (starts ? " starts without a promise of memory: "
                          : " does not start: no memory is promised: ")
               << clean(wanted ? "its name is no VM name" : wanted.error().message)
               << (starts ? "\n" : " ([starts] without_daemon = \"refuse\")\n");
    return starts ? kDone : kFailed;
  }
  GateOptions options;
  options.request.vm = domain_;
  options.request.memory = wanted->memory;
  options.request.wait = config->starts.wait;
  options.request.lasts = kUsualLasts;
  options.unreached = config->starts.without_daemon ? Unreached::Start : Unreached::Refuse;
  // Nothing to standard output: libvirt takes that for another definition.
  return Starts(Client(config->api_socket, kHookPatience), {output.err, output.err}, pause)
      .gate_briefly(options, kHeldUp, later ? wanted->uuid : "");
}

int LibvirtHook::run(std::istream& xml, const Output& output, const Starts::Pause& pause) const {
  if (step_ == "begin" && (operation_ == "migrate" || operation_ == "restore"))
    return before_start(xml, false, output, pause);
  if (step_ == "begin" && operation_ == "prepare") return before_start(xml, true, output, pause);
  if (operation_ != "release" || step_ != "end") return kDone;
  // It ended, or never came up. Nothing may be kept for it, and mostly nothing is. One that was told to wait
  // never came up either.
  const Result<Config> config = load_config(config_);
  if (!config || !config->starts.libvirt || !is_vm_name(domain_)) return kDone;
  Starts(Client(config->api_socket, kHookPatience), output, [](std::chrono::milliseconds) {
  }).give_up(domain_);
  return kDone;
}

}  // namespace aerostat
