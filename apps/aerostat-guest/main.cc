// aerostat-guest: the integration service of a Linux guest. Arguments and wiring only.
#include <signal.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "agent/linux/agent.h"
#include "agent/linux/protect.h"
#include "agent/linux/recorder.h"
#include "agent/linux/row_source.h"
#include "options.h"

using namespace aerostat::agent;

namespace {

volatile int stop_asked = 0;

void ask_to_stop(int) { stop_asked = 1; }

// Signals arrive only while the agent waits, so that none is lost between its check of stop_asked and the
// wait.
void catch_signals() {
  struct sigaction action{};
  action.sa_handler = ask_to_stop;
  sigset_t blocked;
  sigemptyset(&blocked);
  for (const int signal_number : {SIGTERM, SIGINT, SIGHUP}) {
    sigaction(signal_number, &action, nullptr);
    sigaddset(&blocked, signal_number);
  }
  sigprocmask(SIG_BLOCK, &blocked, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

int print_once(const Options& options) {
  static Sampler sampler(options.root);
  static LineWriter writer;
  if (!sampler.usable()) {
    std::fputs("aerostat-guest: cannot read /proc/meminfo\n", stderr);
    return 1;
  }
  Reading reading = sampler.levels();
  sampler.complete(reading);
  const std::string_view line = sample_line(writer, 1, Cause::Keepalive, reading, {});
  std::fwrite(line.data(), 1, line.size(), stdout);
  return 0;
}

int print_cost(const Options& options) {
  static Sampler sampler(options.root);
  static LineWriter writer;
  constexpr int kTimes = 1000;
  Reading reading;
  const std::int64_t start = now_ns();
  for (int i = 0; i < kTimes; ++i) reading = sampler.levels();
  const std::int64_t looked = now_ns();
  for (int i = 0; i < kTimes; ++i) sampler.complete(reading);
  const std::int64_t completed = now_ns();
  for (int i = 0; i < kTimes; ++i) sample_line(writer, i, Cause::Keepalive, reading, {});
  const std::int64_t encoded = now_ns();
  const auto each = [](std::int64_t ns) { return static_cast<double>(ns) / (1000.0 * kTimes); };
  std::printf("look %.1f us, complete sample +%.1f us, encode +%.1f us (mean of %d)\n", each(looked - start),
              each(completed - looked), each(encoded - completed), kTimes);
  return 0;
}

int cannot_write(const char* file, int error) {
  const char* const remedy = error == EEXIST ? "name another, or overwrite it with --force" : "name another";
  std::fprintf(stderr, "aerostat-guest: cannot write %s: %s; %s\n", file, std::strerror(error), remedy);
  return 1;
}

int record_from(RowSource& source, const RecordOptions& wish) {
  RowFile file;
  if (const int error = file.open(wish.file, wish.force); error != 0) return cannot_write(wish.file, error);
  const RecordEnd end = record_rows(source, file, wish, stop_asked);
  const bool reader_left = end.why == RecordEnd::Why::WriteFailed && end.error == EPIPE;
  if (end.why == RecordEnd::Why::WriteFailed && !reader_left) return cannot_write(wish.file, end.error);
  if (std::string_view(wish.file) != "-") {
    std::fprintf(stderr, "%lld rows in %s%s\n", static_cast<long long>(end.rows), wish.file,
                 end.why == RecordEnd::Why::SourceGone ? "; it ended with the cgroup" : "");
  }
  return 0;
}

int record(const Options& options, const RecordOptions& wish) {
  if (wish.cgroup.empty()) {
    static MachineRows machine(options.root);
    if (machine.usable()) return record_from(machine, wish);
    std::fputs("aerostat-guest: cannot read /proc/meminfo\n", stderr);
    return 1;
  }
  static CgroupRows cgroup(wish.cgroup);
  if (cgroup.usable()) return record_from(cgroup, wish);
  std::fprintf(stderr,
               "aerostat-guest: %.*s is not a readable memory cgroup: it has no memory.stat with "
               "memory.current or memory.usage_in_bytes; name one below /sys/fs/cgroup\n",
               static_cast<int>(wish.cgroup.size()), wish.cgroup.data());
  return 1;
}

}  // namespace

int main(int count, char** words) {
  const CommandLine line = read_command_line(count, words);
  using Do = CommandLine::Do;
  switch (line.what) {
    case Do::Help: print_help(); return 0;
    case Do::Version: std::puts("aerostat-guest " AEROSTAT_VERSION); return 0;
    case Do::Once: return print_once(line.options);
    case Do::Cost: return print_cost(line.options);
    case Do::Complain:
      std::fprintf(stderr, "aerostat-guest: %s: %.*s (see aerostat-guest --help)\n", line.complaint,
                   static_cast<int>(line.culprit.size()), line.culprit.data());
      return 2;
    case Do::Record: catch_signals(); return record(line.options, line.record);
    case Do::Run: break;
  }
  catch_signals();
  static Agent agent(line.options);  // static: its buffers are part of the program, and locked with it
  if (line.options.root.empty()) protect_self();
  agent.run(stop_asked);
  return 0;
}
