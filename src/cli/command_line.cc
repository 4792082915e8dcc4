#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>

#include "base/text.h"
#include "cli/adopt_command.h"
#include "cli/commands.h"
#include "cli/history_command.h"
#include "cli/libvirt_hook.h"
#include "cli/start_commands.h"
#include "cli/token_command.h"
#include "client/render.h"
#include "console/checks.h"
#include "console/exit_status.h"
#include "console/table.h"
#include "lab_cli/make_trace.h"
#include "lab_cli/plan.h"
#include "lab_cli/record.h"
#include "lab_cli/scenario.h"
#include "lab_cli/simulate.h"
#include "model/settings.h"

namespace aerostat {

namespace {

constexpr const char* kAbout = "Shows and controls the memory of virtual machines that aerostatd manages.";

constexpr const char* kExamples = R"(Examples:
  aerostat list --watch              all VMs, updated every 2 seconds
  aerostat top                       a live view; ? shows its keys
  aerostat show web                  everything about one VM
  aerostat set web --mode dynamic --minimum 256M --maximum 4G
  aerostat explain web --last 5      why it has this much memory
  aerostat events --follow           events as they happen
  aerostat doctor                    what keeps memory from moving, and what to do
  aerostat history web --since 2h    its memory over time
  aerostat record web web.csv.gz     record its memory, for aerostat trace and aerostat simulate
  aerostat adopt web --minimum 512M --maximum 8G       make a libvirt domain one that can be managed
  aerostat start-gate web -- qemu-system-x86_64 -m 512M …   start it as soon as its memory is there
  aerostat qemu-args web --startup 512M --maximum 4G   arguments of a VM that can be managed
  aerostat simulate --generate builds --host-memory 24G   try policies on a load, without a VM
  aerostat plan --generate builds    find the smallest host for a load

--socket works with every command that asks the daemon. So does --json; it also works with adopt, qemu-args, simulate
and plan; scenario, trace and record print text. Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 aerostatd
(or libvirt) not reached. Sizes have a unit, in powers of 1024: 512M, 1.5G.)";

const CLI::Validator kSeconds(
    [](std::string& text) {
      char* end = nullptr;
      const double seconds = std::strtod(text.c_str(), &end);
      if (end != text.c_str() && *end == '\0' && seconds >= 0.1 && seconds <= 86400) return std::string();
      return "'" + printable(text, 40) + "' is not a number of seconds from 0.1 to 86400";
    },
    "");

const CLI::Validator kColumns(
    [](std::string& text) {
      const auto columns = parse_columns(text);
      return columns ? std::string() : columns.error().message;
    },
    "");

// All requests, filled in by the parser.
struct Wishes {
  std::string socket = "/run/aerostat/api.sock";
  bool json = false;
  std::string columns;
  bool wide = false;
  std::string every;
  bool all = false;
  std::string vm;
  std::string mode, startup, minimum, maximum, memory;
  double wait = 30;
  std::vector<std::string> unset;
  int buffer = 0, weight = 0;
  bool dry_run = false;
  std::uint64_t last = 10;
  std::uint64_t after = 0;
  bool follow = false;
  std::string since, until, of;
  QemuVm qemu;
  bool one_line = false;
};

Bytes size_or_zero(const std::string& text) { return parse_size(text).value_or(Bytes{}); }

void add_vm(CLI::App& command, Wishes& wishes) {
  command.add_option("VM", wishes.vm, "the VM's name")->required()->check(vm_name())->type_name("");
}

CLI::App* add_list(CLI::App& app, Wishes& wishes) {
  CLI::App* list = app.add_subcommand("list", "Show all VMs in a table, and the host in a line");
  list->add_option("--watch", wishes.every, "repeat every SECONDS (default 2)")
      ->expected(0, 1)
      ->type_name("[SECONDS]")
      ->check(kSeconds);
  list->add_flag("--all", wishes.all, "also show VMs that do not run but have settings");
  list->add_option("--columns", wishes.columns, "columns to show, separated by commas, or all")
      ->check(kColumns)
      ->type_name("A,B,C");
  list->add_flag("--wide", wishes.wide, "all columns, also if they do not fit the terminal");
  list->footer(
      "Examples:\n  aerostat list --columns name,assigned,demand,pressure\n  aerostat list --watch 0.5\n  "
      "aerostat list --json | jq '.[].name'");
  return list;
}

CLI::App* add_set(CLI::App& app, Wishes& wishes) {
  CLI::App* set = app.add_subcommand("set", "Change a VM's settings permanently");
  add_vm(*set, wishes);
  set->add_option("--mode", wishes.mode, "static: memory does not change; dynamic: managed")
      ->check(CLI::IsMember({"static", "dynamic"}))
      ->type_name("MODE");
  set->add_option("--startup", wishes.startup, "memory the VM boots with")
      ->check(memory_size())
      ->type_name("SIZE");
  set->add_option("--minimum", wishes.minimum, "never pushed below this")
      ->check(memory_size())
      ->type_name("SIZE");
  set->add_option("--maximum", wishes.maximum, "never grown above this")
      ->check(memory_size())
      ->type_name("SIZE");
  set->add_option("--buffer", wishes.buffer,
                  "headroom above demand, in percent (5 to 2000; default: learned)")
      ->transform(percent(kLeastBuffer, kMostBuffer))
      ->type_name("PERCENT");
  set->add_option("--weight", wishes.weight, "priority when memory is scarce (0 to 10000)")
      ->check(CLI::Range(kLeastWeight, kMostWeight))
      ->type_name("WEIGHT");
  set->add_option("--unset", wishes.unset, "reset it, so that the configuration or the default applies")
      ->delimiter(',')
      ->check(CLI::IsMember(std::vector<std::string>(kSettingNames.begin(), kSettingNames.end())))
      ->type_name("NAME,...");
  set->add_flag("--dry-run", wishes.dry_run, "only check whether the change is valid");
  set->footer(
      "All of the change is made, or none. It takes effect at once and survives restarts.\n"
      "Examples:\n  aerostat set web --mode dynamic --minimum 256M --maximum 4G\n  aerostat set db --weight "
      "8000 --dry-run\n  aerostat set web --unset buffer,maximum");
  return set;
}

CLI::App* add_resize(CLI::App& app, Wishes& wishes) {
  CLI::App* resize = app.add_subcommand("resize", "Change the memory of a running static VM");
  add_vm(*resize, wishes);
  resize->add_option("SIZE", wishes.memory, "the memory it shall have")
      ->required()
      ->check(memory_size())
      ->type_name("");
  resize->add_flag("--dry-run", wishes.dry_run, "only check whether it is possible");
  resize->add_option("--wait", wishes.wait, "wait as long for the VM to have it")
      ->check(number_from(0, 86400))
      ->capture_default_str()
      ->type_name("SECONDS");
  resize->footer(
      "The size lasts until the VM ends. A dynamic VM follows its need instead: see aerostat set.\n"
      "Examples:\n  aerostat resize db 2G\n  aerostat resize db 1536M --dry-run");
  return resize;
}

CLI::App* add_qemu_args(CLI::App& app, Wishes& wishes) {
  CLI::App* args =
      app.add_subcommand("qemu-args", "Print the QEMU arguments that make a VM fully manageable");
  args->add_option("NAME", wishes.qemu.name, "the VM's name")->required()->type_name("");
  args->add_option("--startup", wishes.startup, "memory the VM boots with")
      ->required()
      ->check(memory_size())
      ->type_name("SIZE");
  args->add_option("--maximum", wishes.maximum, "memory the VM can grow to")
      ->required()
      ->check(memory_size())
      ->type_name("SIZE");
  args->add_option("--directory", wishes.qemu.directory, "aerostatd's directory of QMP sockets")
      ->capture_default_str()
      ->type_name("DIR");
  args->add_option("--memory-id", wishes.qemu.memory_id, "id of the hot-pluggable memory device")
      ->capture_default_str()
      ->type_name("ID");
  args->add_flag("--dimms", wishes.qemu.dimms, "slots for DIMMs instead of a virtio-mem device");
  args->add_flag("--windows", wishes.qemu.windows, "for a Windows guest: it boots with its maximum");
  args->add_flag("--hv-balloon", wishes.qemu.hyperv, "with hv-balloon (QEMU 8.2 and later, Windows guests)");
  args->add_flag("--one-line", wishes.one_line, "print everything on one line, for $(...)");
  args->footer(
      "Does not need aerostatd. The device for hot-added memory is rounded up to 128 MiB.\n"
      "Example:\n  qemu-system-x86_64 -machine q35,accel=kvm -drive file=web.qcow2,if=virtio \\\n"
      "    $(aerostat qemu-args web --startup 512M --maximum 4G --one-line)");
  return args;
}

std::string change_of(const CLI::App& set, const Wishes& wishes) {
  Json out = Json::object();
  const auto put = [&](Setting setting, const char* option, const auto& value) {
    if (set.count(option) > 0) out[std::string(setting_id(setting))] = value;
  };
  put(Setting::Mode, "--mode", wishes.mode);
  put(Setting::Startup, "--startup", wishes.startup);
  put(Setting::Minimum, "--minimum", wishes.minimum);
  put(Setting::Maximum, "--maximum", wishes.maximum);
  put(Setting::Buffer, "--buffer", wishes.buffer);
  put(Setting::Weight, "--weight", wishes.weight);
  for (const std::string& name : wishes.unset) {
    const auto at = std::find(kSettingNames.begin(), kSettingNames.end(), name) - kSettingNames.begin();
    out[std::string(kSettingIds.at(static_cast<std::size_t>(at)))] = nullptr;
  }
  return out.empty() ? "" : out.dump();
}

// An unknown word: an option rather than the intended value of one.
std::string unknown_word(const CLI::App& app) {
  const std::vector<std::string> rest = app.remaining(true);
  const auto option =
      std::find_if(rest.begin(), rest.end(), [](const std::string& word) { return word.starts_with("-"); });
  if (option != rest.end()) return *option;
  return rest.empty() ? "" : rest.front();
}

// One sentence, with what was probably meant.
std::string wrong_usage(const CLI::App& app, const CLI::ParseError& error) {
  const std::string word = unknown_word(app);
  if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ExtrasError) || word.empty())
    return error.what();
  const auto commands = app.get_subcommands();
  std::vector<std::string> words;
  if (word.starts_with("-")) {
    for (const CLI::App* known :
         {&app, commands.empty() ? &app : static_cast<const CLI::App*>(commands.front())}) {
      for (const CLI::Option* option : known->get_options()) {
        for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
      }
    }
    const std::string typed = word.substr(0, word.find('='));
    return "unknown option " + typed + did_you_mean(typed, words);
  }
  if (!commands.empty()) return "'" + word + "' is unexpected";
  for (const CLI::App* command : app.get_subcommands({})) words.push_back(command->get_name());
  return "unknown command '" + word + "'" + did_you_mean(word, words);
}

bool wait_seconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  return true;
}

}  // namespace

int run_command_line(const std::vector<std::string>& args, const Surroundings& around) {
  Wishes wishes;
  CLI::App app(kAbout, "aerostat");
  app.footer(kExamples);
  app.require_subcommand(0, 1);  // none: we report that ourselves, below
  app.fallthrough();
  app.set_version_flag("--version", "aerostat " AEROSTAT_VERSION, "print the version");
  app.add_option("--socket", wishes.socket, "aerostatd's socket (environment: AEROSTAT_SOCKET)")
      ->envname("AEROSTAT_SOCKET")
      ->capture_default_str()
      ->type_name("PATH");
  app.add_flag("--json", wishes.json, "print the API's JSON");

  const CLI::App* list = add_list(app, wishes);
  CLI::App* show = app.add_subcommand("show", "Show everything about one VM");
  add_vm(*show, wishes);
  show->footer("Examples:\n  aerostat show web\n  aerostat show web --json | jq .demand_bytes");
  const CLI::App* set = add_set(app, wishes);
  CLI::App* explain = app.add_subcommand("explain", "Show the last decisions about a VM, with their reasons");
  add_vm(*explain, wishes);
  explain->add_option("--last", wishes.last, "how many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->type_name("N");
  explain
      ->add_option(
          "--since", wishes.since,
          "from then on, also of earlier daemons: 2h or 7d before now, or a date like 2026-05-04T10:11:12Z")
      ->type_name("TIME");
  explain->footer("Examples:\n  aerostat explain web --last 5\n  aerostat explain web --since 2h --last 100");
  CLI::App* events =
      app.add_subcommand("events", "Show the newest 1,000 events, or older ones of the history");
  CLI::Option* since =
      events->add_option("--since", wishes.since, "from then on, also of earlier daemons: 2h, 7d, or a date")
          ->type_name("TIME");
  events->add_option("--until", wishes.until, "up to then")->needs(since)->type_name("TIME");
  events->add_option("--vm", wishes.of, "only of this VM")->needs(since)->check(vm_name())->type_name("VM");
  events->add_flag("--follow", wishes.follow, "also show new events as they happen")->excludes(since);
  events->add_option("--after", wishes.after, "only events with a higher sequence number")
      ->excludes(since)
      ->check(whole_number())
      ->type_name("N");
  events->footer(
      "Examples:\n  aerostat events --follow\n  aerostat events --since 2d --vm web\n  aerostat events "
      "--json | "
      "jq '.items[] | select(.by != null)'");
  CLI::App* host = app.add_subcommand("host", "Show the host: capacity, committed memory, free memory");
  host->footer("Examples:\n  aerostat host\n  aerostat host --json | jq .free_bytes");
  CLI::App* reactions =
      app.add_subcommand("reactions", "Show how long growths took, from cause to usable memory");
  reactions->footer("Examples:\n  aerostat reactions\n  aerostat reactions --json | jq '.items[].total_ms'");
  CLI::App* top = app.add_subcommand("top", "A live view of the host and its VMs, in the terminal");
  top->footer("In it, ? shows the keys, and q ends it.\nExample:\n  aerostat top");
  CLI::App* doctor =
      app.add_subcommand("doctor", "Check why memory does not move, and whether the host is set up well");
  doctor->add_option("VM", wishes.vm, "only this VM; default: the host and all VMs")
      ->check(vm_name())
      ->type_name("");
  doctor->add_flag("--all", wishes.all, "also show what is fine");
  doctor->footer(
      "Exit status: 0 fine, or only notes; 1 warnings or problems; 3 aerostatd is not reached.\n"
      "Examples:\n  aerostat doctor\n  aerostat doctor web --json | jq '.items[].remedy'");
  CLI::App* pause = app.add_subcommand("pause", "Stop moving memory; all VMs keep what they have");
  pause->footer("It lasts until aerostat resume, over restarts too.\nExample:\n  aerostat pause");
  CLI::App* resume = app.add_subcommand("resume", "Resume moving memory");
  resume->footer("Example:\n  aerostat resume");
  CLI::App* report =
      app.add_subcommand("report", "Show what VMs hold, what they need, and what managing them would save");
  report->footer(
      "Nothing is changed. A VM that nobody manages is only watched: its need is known if its service or its "
      "balloon's\n"
      "statistics tell. The longer aerostatd has run, the better the evidence.\n"
      "Example:\n  aerostat report");
  const CLI::App* resize = add_resize(app, wishes);
  StartCommands starts(app);
  const CLI::App* qemu = add_qemu_args(app, wishes);
  const AdoptCommand adopt(app, *starts.release_command());
  const LibvirtHook hook(app);
  const HistoryCommand history(app);
  const TokenCommand token(app);
  const Simulate simulate(app);
  const ScenarioCommand scenario(app);
  const Record record(app);
  const MakeTrace make_trace(app);
  const PlanCommand plan(app);

  try {
    std::vector<std::string> reversed(args.rbegin(), args.rend());  // as CLI11 wants them
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
      app.exit(error, around.out, around.err);  // help or version
      return kDone;
    }
    const auto command = app.get_subcommands();
    const std::string what = wrong_usage(app, error);
    around.err << "aerostat: " << clean(what) << "; see aerostat "
               << (command.empty() ? "" : command.front()->get_name() + " ") << "--help\n";
    return kUsage;
  }

  const bool fits = around.terminal && !wishes.wide && wishes.columns.empty();
  const Output output{around.out,    around.err,  around.terminal,
                      around.colour, wishes.json, fits ? around.width : 0};
  Commands commands(Client(wishes.socket), output);
  if (list->parsed()) {
    const auto columns = wishes.columns.empty() ? default_columns()
                                                : parse_columns(wishes.columns).value_or(default_columns());
    std::optional<double> every;
    if (list->count("--watch") > 0)
      every = wishes.every.empty() ? 2.0 : std::strtod(wishes.every.c_str(), nullptr);
    return commands.list(columns, wishes.all, every, wait_seconds);
  }
  if (show->parsed()) return commands.show(wishes.vm);
  if (set->parsed()) {
    for (const std::string& name : wishes.unset) {
      if (set->count("--" + name) == 0) continue;
      around.err << "aerostat: --" << name << " and --unset " << name << " exclude each other; give one\n";
      return kUsage;
    }
    const std::string change = change_of(*set, wishes);
    if (change.empty()) {
      around.err << "aerostat: nothing to set; name at least one of --mode, --startup, --minimum, --maximum, "
                    "--buffer, --weight, --unset\n";
      return kUsage;
    }
    return commands.set(wishes.vm, change, wishes.dry_run);
  }
  if (report->parsed()) return commands.report();
  if (resize->parsed()) {
    return commands.resize(wishes.vm, size_or_zero(wishes.memory), wishes.dry_run, wishes.wait, wait_seconds);
  }
  if (explain->parsed()) return commands.explain(wishes.vm, wishes.last, wishes.since);
  if (events->parsed() && !wishes.since.empty())
    return commands.past_events(wishes.since, wishes.until, wishes.of);
  if (events->parsed()) return commands.events(wishes.after, wishes.follow);
  if (host->parsed()) return commands.host();
  if (reactions->parsed()) return commands.reactions();
  if (top->parsed()) return commands.top();
  if (doctor->parsed()) return commands.doctor(wishes.vm, wishes.all);
  if (pause->parsed()) return commands.pause();
  if (resume->parsed()) return commands.resume();
  // One word for both: a VM that was to start gives its memory back; a domain that was adopted becomes as it
  // was.
  if (adopt.asked() ||
      (adopt.could_release() && !starts.holds(wishes.socket, output) && adopt.knows_domain()))
    return adopt.run(around, wishes.json);
  if (hook.asked()) {
    return hook.run(std::cin, output,
                    [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); });
  }
  if (history.asked()) return history.run(Client(wishes.socket), output);
  if (token.asked()) return token.run(Client(wishes.socket), output);
  if (starts.asked()) return starts.run(wishes.socket, output);
  if (simulate.asked()) return simulate.run(around, wishes.json);
  if (scenario.asked()) return scenario.run(around);
  if (record.asked()) return record.run(Client(wishes.socket), around);
  if (make_trace.asked()) return make_trace.run(around);
  if (plan.asked()) return plan.run(around, wishes.json);
  if (qemu->parsed()) {
    wishes.qemu.startup = size_or_zero(wishes.startup);
    wishes.qemu.maximum = size_or_zero(wishes.maximum);
    return commands.qemu_args(wishes.qemu, wishes.one_line);
  }
  around.err << "aerostat: no command given; try `aerostat list`, or see aerostat --help\n";
  return kUsage;
}

}  // namespace aerostat
