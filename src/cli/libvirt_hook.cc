#include "cli/libvirt_hook.h"

#include <fmt/format.h>

#include <istream>
#include <ostream>
#include <sstream>

#include "base/text.h"
#include "config/config.h"
#include "console/exit_status.h"
#include "console/table.h"
#ifdef AEROSTAT_WITH_LIBVIRT
#include "adopt/start_memory.h"
#endif

namespace aerostat {

namespace {

// The start waits for this as well.
constexpr std::chrono::milliseconds kPatience{1000};
constexpr std::size_t kLongestXml = std::size_t{4} << 20;

std::string read_all(std::istream& in) {
  std::string out(kLongestXml, '\0');
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<std::size_t>(in.gcount()));
  return out;
}

Result<Bytes> memory_of(const std::string& xml) {
#ifdef AEROSTAT_WITH_LIBVIRT
  return start_memory(xml);
#else
  (void)xml;
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

int LibvirtHook::before_start(std::istream& xml, const Output& output, const Starts::Pause& pause) const {
  const Result<Config> config = load_config(config_);
  if (!config) {
    if (config.error().kind == Error::Kind::NotFound) return kDone;
    output.err << "aerostat: " << clean(domain_)
               << " starts without a promise of memory: " << clean(config.error().message) << "\n";
    return kDone;
  }
  if (!config->starts.libvirt) return kDone;
  const Result<Bytes> memory = memory_of(read_all(xml));
  if (!memory || !is_vm_name(domain_)) {
    output.err << "aerostat: " << clean(domain_) << " starts without a promise of memory: "
               << clean(memory ? "its name is no VM name" : memory.error().message) << "\n";
    return kDone;
  }
  GateOptions options;
  options.request.vm = domain_;
  options.request.memory = *memory;
  options.request.wait = config->starts.wait;
  options.request.lasts = kUsualLasts;
  options.unreached = config->starts.without_daemon ? Unreached::Start : Unreached::Refuse;
  return Starts(Client(config->api_socket, kPatience), output, pause).gate(options);
}

int LibvirtHook::run(std::istream& xml, const Output& output, const Starts::Pause& pause) const {
  if (operation_ == "prepare" && step_ == "begin") return before_start(xml, output, pause);
  if (operation_ != "release" || step_ != "end") return kDone;
  // It ended, or never came up. Nothing may be kept for it, and mostly nothing is.
  const Result<Config> config = load_config(config_);
  if (!config || !config->starts.libvirt || !is_vm_name(domain_)) return kDone;
  std::ostringstream unheard;
  Starts(Client(config->api_socket, kPatience), {unheard, unheard}, [](std::chrono::milliseconds) {
  }).release(domain_);
  return kDone;
}

}  // namespace aerostat
