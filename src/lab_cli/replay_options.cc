#include "lab_cli/replay_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "config/config.h"
#include "console/checks.h"
#include "lab_cli/history_trace.h"
#include "sim/report/figures.h"
#include "sim/trace/generate.h"

namespace aerostat {

namespace {

using sim::ReplayOptions;
using sim::Trace;
using sim::VmTrace;

constexpr Bytes kLeastBlock = Bytes::mib(1);
constexpr Bytes kMostBlock = Bytes::mib(8192);

Result<std::optional<Bytes>> size_of(const std::string& text) {
  if (text.empty()) return std::optional<Bytes>();
  const Result<Bytes> size = parse_size(text);
  if (!size) return fail(size.error());
  return std::optional<Bytes>(*size);
}

// Longer than a month is a mistake.
constexpr double kMostGenerated = 31.0 * 86400;

Result<void> read_settings_file(const std::string& path, ReplayOptions& out) {
  Result<Config> config = load_config(path);
  if (!config) {
    if (config.error().kind == Error::Kind::NotFound)
      return fail(Error::Kind::NotFound, fmt::format("there is no settings file {}", printable(path)));
    return fail(std::move(config.error()));
  }
  out.defaults = merged(config->defaults, out.defaults);  // the command line wins
  for (const auto& [name, vm] : config->vms) out.of_vm[name] = vm.settings;
  return {};
}

struct Generated {
  sim::Load load = sim::Load::Farm;
  sim::GeneratorOptions options;
};

// KIND[:SECONDS[:SEED]]
Result<Generated> parse_generate(const std::string& text) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == ':')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  Generated out;
  const auto number = [](const std::string& part, auto& to) {
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), to);
    return error == std::errc() && end == part.data() + part.size();
  };
  const auto wrong = [&](const std::string& what) {
    return fail(Error::Kind::Invalid, fmt::format("--generate {}: {}", printable(text, 80), what));
  };
  const Result<sim::Load> load = sim::parse_load(parts[0]);
  if (!load) return wrong(load.error().message);
  out.load = *load;
  if (parts.size() > 3)
    return wrong("too many parts; the form is KIND[:SECONDS[:SEED]], such as farm:3600:1");
  if (parts.size() > 1 && (!number(parts[1], out.options.seconds) || !(out.options.seconds >= 1) ||
                           out.options.seconds > kMostGenerated))
    return wrong("the second part is the length in seconds, 1 to 2678400, as in farm:3600");
  if (parts.size() > 2 && !number(parts[2], out.options.seed))
    return wrong("the third part is a seed, an integer, as in farm:3600:1");
  return out;
}

Error contradiction(const VmTrace& vm, const std::string& what) {
  return {Error::Kind::Invalid, fmt::format("settings of VM '{}': {}", printable(vm.name, 64), what)};
}

// One VM's settings, its limit in the trace and the host must fit together.
Result<void> check_vm(const VmTrace& vm, const ReplayOptions& options) {
  const auto own = options.of_vm.find(vm.name);
  const bool has_own = own != options.of_vm.end();
  const Settings s = has_own ? merged(options.defaults, own->second) : options.defaults;
  if (const Result<void> right = validate(s); !right) return fail(contradiction(vm, right.error().message));
  if (s.mode == Mode::Static) {
    return fail(contradiction(vm,
                              "mode is static; a replay manages every VM, so remove the line, or leave the "
                              "VM out of the trace"));
  }
  if (vm.limit_mib > 0 && !(has_own && own->second.maximum)) {
    for (const auto& [name, size] : {std::pair{"minimum", s.minimum}, std::pair{"startup", s.startup}}) {
      if (size && size->to_mib() > vm.limit_mib) {
        return fail(contradiction(vm, fmt::format("{} {} is above its limit_mib in the trace, {:g}; lower it",
                                                  name, format_bytes(*size), vm.limit_mib)));
      }
    }
  }
  const Bytes host = options.host_memory;
  for (const auto& [name, size] : {std::pair{"minimum", s.minimum}, std::pair{"startup", s.startup}}) {
    if (host > Bytes{} && size && *size > host) {
      return fail(contradiction(vm, fmt::format("{} {} is more than the host has, {}; lower it", name,
                                                format_bytes(*size), format_bytes(host))));
    }
  }
  return {};
}

Result<void> check_settings(const Trace& trace, const ReplayOptions& options, const std::string& file) {
  for (const auto& [name, settings] : options.of_vm) {
    const auto& vms = trace.vms();
    const auto is_it = [&](const VmTrace& vm) { return vm.name == name; };
    if (std::none_of(vms.begin(), vms.end(), is_it)) {
      return fail(
          Error::Kind::NotFound,
          fmt::format("{} has settings for VM '{}', which is not in the trace; remove [vm.{}], or add its "
                      "rows",
                      printable(file), name, name));
    }
  }
  for (const VmTrace& vm : trace.vms()) {
    if (Result<void> right = check_vm(vm, options); !right) return right;
  }
  return {};
}

}  // namespace

void add_replay_options(CLI::App& command, ReplayWishes& w) {
  command
      .add_option("--trace", w.traces, "need of VMs over time: CSV with time_s,vm,need_mib, gzip or plain")
      ->type_name("FILE...");
  command
      .add_option(
          "--generate", w.generate,
          "instead of a trace: farm, steady, staircase, diurnal, bursty, leak, builds, fleet or bouts")
      ->type_name("KIND[:SECONDS[:SEED]]");
  command
      .add_option(
          "--history", w.history,
          "instead of a trace: what this host's VMs needed since then, by aerostatd (7d, 12h, or a date)")
      ->type_name("TIME");
  if (command.get_parent() != nullptr) w.socket = command.get_parent()->get_option_no_throw("--socket");
  command.add_option("--host-memory", w.host_memory, "memory that the VMs share")
      ->check(memory_size())
      ->type_name("SIZE");
  const std::string settings = "Settings";
  const auto size = [&](const char* name, std::string& to, const char* help) {
    command.add_option(name, to, help)->check(memory_size())->type_name("SIZE")->group(settings);
  };
  size("--startup", w.startup, "memory a VM boots with (default: its first need and the buffer)");
  size("--minimum", w.minimum, "never pushed below this (default: one block)");
  size("--maximum", w.maximum, "never grown above this (default: limit_mib in the trace, or the host)");
  command.add_option("--buffer", w.buffer, "headroom above demand, in percent (default: learned)")
      ->transform(percent(kLeastBuffer, kMostBuffer))
      ->type_name("PERCENT")
      ->group(settings);
  command.add_option("--weight", w.weight, "priority when memory is scarce (default 5000)")
      ->check(CLI::Range(kLeastWeight, kMostWeight))
      ->type_name("WEIGHT")
      ->group(settings);
  command
      .add_option("--settings", w.settings_file, "TOML with [defaults] and [vm.NAME], as in aerostat.toml(5)")
      ->type_name("FILE.toml")
      ->group(settings);
  command
      .add_option("--profile", w.profile,
                  "profile of policy aerostat: dense, balanced or swift; --policy all has all three")
      ->check(CLI::IsMember({"dense", "balanced", "swift"}))
      ->capture_default_str()
      ->type_name("NAME")
      ->group(settings);
  const std::string world = "The world";
  command.add_option("--period", w.period, "seconds between two samples of a guest's service")
      ->check(number_from(0.01, 2.5))
      ->capture_default_str()
      ->type_name("S")
      ->group(world);
  command
      .add_option("--texture", w.texture,
                  "between rows: rough, linear, or auto (rough where coarser than 0.1 s)")
      ->check(CLI::IsMember({"rough", "linear", "auto"}))
      ->capture_default_str()
      ->type_name("KIND")
      ->group(world);
  command.add_option("--seed", w.seed, "seed of everything random")
      ->check(whole_number())
      ->capture_default_str()
      ->type_name("N")
      ->group(world);
  command.add_option("--hot-cache", w.hot_cache, "share of the page cache (cache_mib) that is really needed")
      ->check(number_from(0, 1))
      ->capture_default_str()
      ->type_name("SHARE")
      ->group(world);
  command
      .add_option("--estimator-error", w.estimator_error,
                  "error of estimates, as a share of need (0.02: 2 %)")
      ->check(number_from(0, 0.5))
      ->capture_default_str()
      ->type_name("SHARE")
      ->group(world);
  command.add_option("--block", w.block, "unit in which memory moves")
      ->check(memory_size())
      ->capture_default_str()
      ->type_name("SIZE")
      ->group(world);
  command
      .add_option("--guest", w.guest,
                  "simple; or debian: as measured on Debian 12 under TCG (docs/design/actuators.md)")
      ->check(CLI::IsMember({"simple", "debian"}))
      ->capture_default_str()
      ->type_name("KIND")
      ->group(world);
}

Result<sim::PolicyEntry> policy_named(const sim::Registry& registry, const std::string& name,
                                      const ReplayWishes& wishes) {
  const bool other = name == "aerostat" && wishes.profile != ReplayWishes{}.profile;
  const Result<const sim::PolicyEntry*> entry = registry.find(other ? name + "-" + wishes.profile : name);
  if (!entry) return fail(entry.error());
  return **entry;
}

Result<void> check_profile(const std::vector<std::string>& policies, const ReplayWishes& wishes) {
  const bool usual = wishes.profile == ReplayWishes{}.profile;
  if (usual || std::find(policies.begin(), policies.end(), "aerostat") != policies.end()) return {};
  return fail(Error::Kind::Invalid,
              fmt::format("--profile {0} is for policy aerostat, and --policy does not name it; name it, or "
                          "aerostat-{0} without --profile",
                          wishes.profile));
}

std::string trace_name(const ReplayWishes& w) {
  if (!w.history.empty()) return "history since " + w.history;
  return w.generate.empty() ? fmt::format("{}", fmt::join(w.traces, ", ")) : "generated " + w.generate;
}

Result<ReplayOptions> options_of(const ReplayWishes& w) {
  ReplayOptions out;
  const int kinds = (w.traces.empty() ? 0 : 1) + (w.generate.empty() ? 0 : 1) + (w.history.empty() ? 0 : 1);
  if (kinds != 1) {
    return fail(Error::Kind::Invalid, kinds == 0
                                          ? "no trace; name at least one file with --trace, or try "
                                            "--generate farm; --help tells more"
                                          : "--trace, --generate and --history exclude each other; give one");
  }
  if (!w.generate.empty()) {
    if (const auto right = parse_generate(w.generate); !right) return fail(right.error());
  }
  const Result<std::optional<Bytes>> sizes[] = {size_of(w.startup), size_of(w.minimum), size_of(w.maximum),
                                                size_of(w.block), size_of(w.host_memory)};
  for (const auto& size : sizes) {
    if (!size) return fail(size.error());
  }
  out.defaults.startup = *sizes[0];
  out.defaults.minimum = *sizes[1];
  out.defaults.maximum = *sizes[2];
  out.defaults.buffer_percent = w.buffer;
  out.defaults.weight = w.weight;
  if (const Result<void> right = validate(out.defaults); !right) return fail(right.error());
  const Bytes block = (*sizes[3]).value_or(Bytes{});
  if (block < kLeastBlock || block > kMostBlock) {
    return fail(Error::Kind::Invalid, fmt::format("--block {} is outside {} to {}", format_bytes(block),
                                                  format_bytes(kLeastBlock), format_bytes(kMostBlock)));
  }
  if (w.guest == "debian") out.physics = sim::debian_guest();
  out.physics.block_mib = block.to_mib();
  out.host_memory = (*sizes[4]).value_or(Bytes{});
  if (!w.host_memory.empty() && out.host_memory < block) {
    return fail(Error::Kind::Invalid, fmt::format("--host-memory {} is less than one block, {}; raise it",
                                                  format_bytes(out.host_memory), format_bytes(block)));
  }
  out.period_s = w.period;
  out.texture = w.texture == "rough"    ? sim::Texture::Rough
                : w.texture == "linear" ? sim::Texture::Linear
                                        : sim::Texture::Auto;
  out.seed = w.seed;
  out.hot_cache = w.hot_cache;
  out.sensor_error = w.estimator_error;
  return out;
}

Result<Prepared> prepare(const ReplayWishes& wishes, ReplayOptions options) {
  if (!wishes.settings_file.empty()) {
    if (const Result<void> read = read_settings_file(wishes.settings_file, options); !read)
      return fail(read.error());
  }
  const auto read = [&]() -> Result<Trace> {
    if (!wishes.history.empty()) {
      return history_trace(
          wishes.socket != nullptr ? wishes.socket->as<std::string>() : "/run/aerostat/api.sock",
          wishes.history);
    }
    if (wishes.generate.empty()) return Trace::read(wishes.traces);
    const Result<Generated> g = parse_generate(wishes.generate);
    if (!g) return fail(g.error());
    Result<Trace> made = sim::try_generate(g->load, g->options);
    if (!made) return fail(std::move(made.error()).in("--generate " + printable(wishes.generate)));
    return made;
  };
  Result<Trace> trace = read();
  if (!trace) return fail(std::move(trace.error()));
  if (const Result<void> right = check_settings(*trace, options, wishes.settings_file); !right)
    return fail(right.error());
  if (Result<void> right = sim::can_be_scored(trace->vms()); !right) {
    const bool generated = !wishes.generate.empty();
    return fail(
        std::move(right.error())
            .in(printable(generated ? "--generate " + wishes.generate : "trace " + trace_name(wishes))));
  }
  return Prepared{std::move(*trace), std::move(options)};
}

}  // namespace aerostat
