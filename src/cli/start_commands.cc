#include "cli/start_commands.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ostream>
#include <thread>

#include "console/checks.h"
#include "console/exit_status.h"
#include "console/table.h"

namespace aerostat {

namespace {

// A start should notice soon that nobody answers.
constexpr std::chrono::milliseconds kPatience{2000};

void add_vm(CLI::App& command, std::string& vm) {
  command.add_option("VM", vm, "the VM's name")->required()->check(vm_name())->type_name("");
}

}  // namespace

void StartCommands::add_times(CLI::App& command) {
  command.add_option("--wait", wait_, "wait for it as long; 0: now or not at all")
      ->check(CLI::Range(std::int64_t{0}, kLongestWait))
      ->capture_default_str()
      ->type_name("SECONDS");
  command.add_option("--lasts", lasts_, "keep it as long for a VM that does not appear")
      ->check(CLI::Range(std::int64_t{0}, kLongestWait))
      ->capture_default_str()
      ->type_name("SECONDS");
  command.add_option("--weight", weight_, "who is served first (0 to 10000; default: the VM's own weight)")
      ->check(CLI::Range(kLeastWeight, kMostWeight))
      ->type_name("WEIGHT");
}

StartCommands::StartCommands(CLI::App& app) {
  reserve_ = app.add_subcommand("reserve", "Gather memory for a VM that is about to start, and wait for it");
  add_vm(*reserve_, vm_);
  reserve_->add_option("SIZE", memory_, "the memory it starts with")
      ->required()
      ->check(memory_size())
      ->type_name("");
  add_times(*reserve_);
  reserve_->footer(
      "Running VMs give what is missing, by weight and down to their minimums. Nobody else gets the memory "
      "until\n"
      "the VM runs, it is released, or its time is over. Exit status 0: it is there. 1: it is not, and why.\n"
      "Examples:\n  aerostat reserve web 2G && virsh start web\n  aerostat reserve web 2G --wait 0");
  release_ =
      app.add_subcommand("release", "Give back the memory kept for a VM's start, or undo its adoption");
  add_vm(*release_, vm_);
  list_ = app.add_subcommand("reservations", "Show VMs that are about to start, and what they wait for");
  list_->footer("Examples:\n  aerostat reservations\n  aerostat reservations --json | jq '.items[].why'");
  gate_ = app.add_subcommand("start-gate", "Start a VM's program as soon as its memory is there");
  add_vm(*gate_, vm_);
  gate_->add_option("COMMAND", command_, "the program that runs the VM, and its arguments, after --")
      ->required()
      ->type_name("");
  gate_->add_option("--memory", memory_, "the memory it starts with (default: QEMU's -m)")
      ->check(memory_size())
      ->type_name("SIZE");
  add_times(*gate_);
  gate_->add_option("--unreached", unreached_, "if aerostatd cannot be asked: start or refuse")
      ->check(CLI::IsMember({"start", "refuse"}))
      ->capture_default_str()
      ->type_name("WHAT");
  gate_->footer(
      "The program takes this command's place. It does not start if there is not enough memory in time: then "
      "the\n"
      "exit status is 1, and what is missing is said.\n"
      "Example:\n  aerostat start-gate web -- qemu-system-x86_64 -m 512M …");
}

bool StartCommands::asked() const {
  return reserve_->parsed() || release_->parsed() || list_->parsed() || gate_->parsed();
}

StartRequest StartCommands::request() const {
  StartRequest out;
  out.vm = vm_;
  if (const auto memory = parse_size(memory_)) out.memory = *memory;
  out.wait = std::chrono::seconds(wait_);
  out.lasts = std::chrono::seconds(lasts_);
  const CLI::App* const command = reserve_->parsed() ? reserve_ : gate_;
  if (command->count("--weight") > 0) out.weight = weight_;
  return out;
}

int StartCommands::run_gate(Starts& starts, const Output& output) const {
  GateOptions options;
  options.request = request();
  options.unreached = unreached_ == "refuse" ? Unreached::Refuse : Unreached::Start;
  if (options.request.memory == Bytes{}) {
    const auto memory = memory_of_qemu(command_);
    if (!memory) {
      output.err << "aerostat: the command does not say how much memory " << vm_
                 << " starts with; give --memory SIZE, or QEMU's -m with a size\n";
      return kUsage;
    }
    options.request.memory = *memory;
  }
  if (const int status = starts.gate(options); status != kDone) return status;
  std::vector<char*> words;
  for (const std::string& word : command_) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  output.out << std::flush;
  ::execvp(words.front(), words.data());
  output.err << "aerostat: " << clean(command_.front()) << " cannot be started: " << std::strerror(errno)
             << "\n";
  starts.release(vm_);
  return kFailed;
}

bool StartCommands::holds(const std::string& socket, const Output& output) const {
  Starts starts(Client(socket, kPatience), output, [](std::chrono::milliseconds) {});
  return starts.holds(vm_);
}

int StartCommands::run(const std::string& socket, const Output& output) const {
  Starts starts(Client(socket, kPatience), output,
                [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); });
  if (reserve_->parsed()) return starts.reserve(request());
  if (release_->parsed()) return starts.release(vm_);
  if (list_->parsed()) return starts.list();
  return run_gate(starts, output);
}

}  // namespace aerostat
