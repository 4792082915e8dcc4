#include "options.h"

#include <cstdio>

namespace aerostat::agent {

namespace {

CommandLine complain(const char* what, std::string_view culprit) {
  CommandLine line;
  line.what = CommandLine::Do::Complain;
  line.complaint = what;
  line.culprit = culprit;
  return line;
}

bool takes_value(std::string_view word) {
  for (const std::string_view one :
       {"--port", "--root", "--sample-ms", "--hooks-user", "--record", "--cgroup", "--every", "--for"}) {
    if (word == one) return true;
  }
  return false;
}

// The options of a recording. False if `word` is none of them. A mistake is put into `line`.
bool read_record_option(std::string_view word, std::string_view value, CommandLine& line) {
  RecordOptions& record = line.record;
  if (word == "--record") {
    line.what = CommandLine::Do::Record;
    record.file = value.data();  // ends with the word of the command line, so with a zero
    if (value.ends_with(".gz")) {
      line = complain("the output is plain CSV; pipe --record - into gzip, or use another name than", value);
    }
  } else if (word == "--cgroup") {
    record.cgroup = value;
  } else if (word == "--every") {
    const recording::Number ns = recording::duration_ns(value);
    if (!ns || *ns < 10'000'000 || *ns > 60'000'000'000) {
      line = complain("--every must be a time from 10ms to 1m, such as 200ms, not", value);
    } else {
      record.every_ns = *ns;
    }
  } else if (word == "--for") {
    const recording::Number ns = recording::duration_ns(value);
    if (ns) {
      record.length_ns = *ns;
    } else {
      line = complain("--for must be a time with a unit, such as 90s, 10m or 2h, not", value);
    }
  } else if (word == "--force") {
    record.force = true;
  } else {
    return false;
  }
  return true;
}

}  // namespace

CommandLine read_command_line(int count, char** words) {
  CommandLine line;
  using Do = CommandLine::Do;
  // The first option that only a recording has. Its value may be the default, so the value does not show it.
  std::string_view of_recording;
  for (int i = 1; i < count; ++i) {
    std::string_view word = words[i];
    std::string_view value;
    // Options with a value take it as the next word or after '='.
    bool inline_value = false;
    if (const std::size_t at = word.find('='); word.starts_with("--") && at != std::string_view::npos) {
      value = word.substr(at + 1);
      word = word.substr(0, at);
      inline_value = true;
    }
    const bool valued = takes_value(word);
    if (valued && !inline_value) {
      if (i + 1 == count) return complain("this option needs a value", word);
      value = words[++i];
    }
    if (valued && value.empty()) return complain("this option needs a value that is not empty", word);
    if (!valued && inline_value) return complain("unknown option, or it takes no value", words[i]);
    if (read_record_option(word, value, line)) {
      if (line.what == Do::Complain) return line;
      if (word != "--record" && of_recording.empty()) of_recording = word;
    } else if (word == "--port") {
      line.options.port = value;
    } else if (word == "--root") {
      line.options.root = value;
    } else if (word == "--sample-ms") {
      const Number interval = sample_interval(value);
      if (!interval) return complain("--sample-ms must be an integer from 10 to 10000, not", value);
      line.options.sample_ns = *interval;
    } else if (word == "--relax-overcommit") {
      line.options.relax_overcommit = true;
    } else if (word == "--hooks-user") {
      line.options.hooks_user = value;
    } else if (word == "--no-online") {
      line.options.online = false;
    } else if (word == "--once") {
      line.what = Do::Once;
    } else if (word == "--cost") {
      line.what = Do::Cost;
    } else if (word == "--help" || word == "-h") {
      line.what = Do::Help;
      return line;
    } else if (word == "--version") {
      line.what = Do::Version;
      return line;
    } else {
      return complain("unknown option", word);
    }
  }
  if (line.record.file == nullptr && !of_recording.empty())
    return complain("this needs a recording; name its file with --record FILE", of_recording);
  return line;
}

void print_help() {
  std::fputs(
      "aerostat-guest: reports this virtual machine's memory to the host, which adds and removes memory as "
      "needed.\n"
      "\n"
      "Run it in the guest as root, as a service; it needs no arguments. It samples the guest's memory ten "
      "times\n"
      "a second, reports to aerostatd on the host over the virtio-serial port org.aerostat.guest.0, and "
      "brings added\n"
      "memory online at once. Without a host it waits.\n"
      "\n"
      "  --relax-overcommit  let one program request more memory than the guest has now, because the host "
      "can add\n"
      "                      it: sets vm.overcommit_memory=1 while a host manages this guest, then puts it "
      "back\n"
      "  --no-online         do not bring hot-added memory online\n"
      "  --hooks-user NAME   run the programs of /etc/aerostat-guest/hooks.d as this user\n"
      "  --sample-ms N       sample every N milliseconds (10 to 10000) instead of at the host's interval "
      "(100)\n"
      "  --port PATH         use this device (or unix socket) instead of the port with that name\n"
      "  --root DIR          read DIR/proc and DIR/sys instead of /proc and /sys; for tests\n"
      "  --record FILE       record this machine's memory as CSV, a line each period, for `aerostat "
      "trace`; on "
      "any\n"
      "                      Linux, without a host, until ctrl-C; -: standard output; an existing FILE is "
      "refused\n"
      "    --every TIME      the period, 10ms to 1m (default 200ms)\n"
      "    --for TIME        end after this time, such as 90s, 10m, 2h\n"
      "    --cgroup DIR      record this memory cgroup (version 1 or 2) instead of the whole machine\n"
      "    --force           overwrite FILE\n"
      "  --once              print one sample as JSON and exit\n"
      "  --cost              measure the cost of a sample, and exit\n"
      "  --version, --help\n"
      "\n"
      "Try:  aerostat-guest --once      show what it would report now\n"
      "      aerostat-guest --record work.csv --every 100ms --for 10m\n"
      "On the host:  aerostat list      shows \"No integration\", or OK\n",
      stdout);
}

}  // namespace aerostat::agent
