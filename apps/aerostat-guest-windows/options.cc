#include "options.h"

namespace aerostat::agent {

const char* const kHelp =
    "aerostat-guest: reports this virtual machine's memory to the host, which adds and removes memory as "
    "needed.\r\n"
    "\r\n"
    "  aerostat-guest install     install and start it as a service; it starts with Windows from then on\r\n"
    "                             over an older one it keeps that one's options, unless new ones are "
    "given\r\n"
    "  aerostat-guest stop        stop the service; then its program can be replaced\r\n"
    "  aerostat-guest uninstall   stop and remove the service\r\n"
    "  aerostat-guest run         run it here, until Ctrl-C\r\n"
    "  aerostat-guest once        print what it would report now, and exit\r\n"
    "\r\n"
    "Needs the driver vioserial of virtio-win and the port org.aerostat.guest.0, and no settings. Without a "
    "host\r\n"
    "it waits. install, stop and uninstall need an administrator. The host moves memory with virtio-win's "
    "balloon "
    "driver.\r\n"
    "\r\n"
    "  --port PATH      use this port (a serial port or a named pipe) instead of the port with that name\r\n"
    "  --sample-ms N    sample every N milliseconds (10 to 10000) instead of at the host's interval (100)\r\n"
    "  --version, --help\r\n"
    "\r\n"
    "On the host:  aerostat list      shows \"No integration\", or OK\r\n";

namespace {

CommandLine complain(const char* what, std::string_view culprit) {
  CommandLine line;
  line.what = CommandLine::Do::Complain;
  line.complaint = what;
  line.culprit = culprit;
  return line;
}

struct Verb {
  std::string_view word;
  CommandLine::Do what;
};
constexpr Verb kVerbs[] = {
    {"run", CommandLine::Do::Run},
    {"serve", CommandLine::Do::Serve},  // what the service manager starts
    {"install", CommandLine::Do::Install},
    {"stop", CommandLine::Do::Stop},
    {"uninstall", CommandLine::Do::Uninstall},
    {"once", CommandLine::Do::Once},
    {"help", CommandLine::Do::Help},
    {"/?", CommandLine::Do::Help},
    {"--help", CommandLine::Do::Help},
    {"-h", CommandLine::Do::Help},
    {"--version", CommandLine::Do::Version},
};

}  // namespace

CommandLine read_command_line(int count, char** words) {
  CommandLine line;
  bool verb_seen = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    const Verb* verb = nullptr;
    for (const Verb& one : kVerbs) {
      if (one.word == word) verb = &one;
    }
    if (verb != nullptr) {
      if (verb_seen) return complain("only one command at a time, not also", word);
      verb_seen = true;
      line.what = verb->what;
      continue;
    }
    if (word == "--second-release") {  // `install` writes it for `serve`
      line.options.second_release = true;
      continue;
    }
    // Options with a value take it as the next word or after '='.
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    if (name != "--port" && name != "--sample-ms") return complain("unknown command or option", word);
    const char* given = nullptr;
    if (equals != std::string_view::npos) {
      given = words[i] + equals + 1;
    } else if (i + 1 < count) {
      given = words[++i];
    }
    if (given == nullptr || *given == '\0') return complain("this option needs a value", name);
    const std::string_view value = given;
    if (name == "--port") {
      // It becomes a part of the service's command line.
      if (value.size() > 200 || value.find('"') != std::string_view::npos)
        return complain("--port must be at most 200 characters without quotes, not", value);
      line.options.port = given;
      continue;
    }
    const Number interval = sample_interval(value);
    if (!interval) return complain("--sample-ms must be an integer from 10 to 10000, not", value);
    line.options.sample_ns = *interval;
  }
  if (!verb_seen && count > 1) return complain("name a command, such as run or install, besides", words[1]);
  return line;
}

}  // namespace aerostat::agent
