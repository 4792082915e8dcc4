// aerostatd: arguments and configuration, nothing else.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "daemon.h"
#include "host/host_memory.h"

namespace {

constexpr const char* kDefaultConfig = "/etc/aerostat/aerostat.toml";
constexpr int kFailed = 1;
constexpr int kUsage = 2;

int fail_with(const std::string& message) {
  std::fprintf(stderr, "aerostatd: %s\n", message.c_str());
  return kFailed;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "aerostatd gives each running virtual machine the memory it needs and takes back idle memory."};
  std::string path;
  bool check = false;
  app.add_option(
      "-c,--config", path,
      fmt::format("configuration file (default {}; without one, built-in defaults)", kDefaultConfig));
  app.add_flag("--check-config", check, "check the configuration, report its mistakes, and exit");
  app.set_version_flag("--version", fmt::format("aerostatd {}", AEROSTAT_VERSION));
  app.footer(
      "Examples:\n"
      "  aerostatd                                    run with /etc/aerostat/aerostat.toml\n"
      "  aerostatd --config host.toml --check-config  report mistakes in a configuration\n"
      "Signals: SIGHUP reloads the configuration; SIGTERM stops the daemon. VMs run on unchanged.\n"
      "See aerostatd(8), aerostat.toml(5) and aerostat(1).");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : kUsage;
  }

  const bool named = !path.empty();
  if (!named) path = kDefaultConfig;
  aerostat::Result<aerostat::Config> config = aerostat::load_config(path);
  if (!config && !named && config.error().kind == aerostat::Error::Kind::NotFound) {
    config = aerostat::Config{};
    path.clear();
  }
  if (!config) return fail_with(config.error().message);
  const auto budget = aerostat::budget_of(*config, aerostat::HostFiles().memory().total);
  if (!budget) return fail_with((path.empty() ? "" : path + ": ") + budget.error().message);
  if (check) {
    std::printf(
        "%s: no mistakes found; %s for VMs to share, %s of it kept for the host "
        "(directories, sockets and groups are checked at the start)\n",
        path.empty() ? "built-in defaults" : path.c_str(), aerostat::format_bytes(budget->capacity).c_str(),
        aerostat::format_bytes(budget->reserve).c_str());
    return 0;
  }
  aerostat::set_log_level(config->log_level);
  aerostat::Daemon daemon(*config, path, *budget);
  const aerostat::Result<void> ended = daemon.run();
  return ended ? EXIT_SUCCESS : fail_with(ended.error().message);
}
