// aerostat-guest.exe: the integration service of a Windows guest. Arguments and wiring only.
#include <windows.h>

#include <array>
#include <string_view>

#include "agent/windows/agent.h"
#include "agent/windows/service.h"
#include "agent/windows/system.h"
#include "model/recording.h"
#include "options.h"

using namespace aerostat::agent;
namespace recording = aerostat::recording;

namespace {

// Without stdio, which would be half of the program.
void print(DWORD where, std::string_view text) {
  DWORD put = 0;
  WriteFile(GetStdHandle(where), text.data(), static_cast<DWORD>(text.size()), &put, nullptr);
}

int complain(std::string_view what, std::string_view where) {
  std::array<char, 600> room{};
  recording::LineText line(room);
  line.put("aerostat-guest: ");
  line.put(what);
  line.put(" ");
  constexpr std::size_t kShown = 200;
  line.put(where.substr(0, kShown));
  if (where.size() > kShown) line.put("...");
  line.put(" (see aerostat-guest --help)\r\n");
  print(STD_ERROR_HANDLE, line.text());
  return 2;
}

int tell(const ServiceFault& fault, std::string_view done) {
  if (fault.step == nullptr) {
    print(STD_OUTPUT_HANDLE, done);
    return 0;
  }
  std::array<char, 600> room{};
  recording::LineText line(room);
  line.put("aerostat-guest: cannot ");
  line.put(fault.step);
  line.put(": error ");
  line.put(std::int64_t{fault.error});
  if (fault.error == ERROR_ACCESS_DENIED) line.put(", access denied; run it as administrator");
  if (fault.error == ERROR_SERVICE_DOES_NOT_EXIST) line.put(", it is not installed");
  if (fault.error == ERROR_SERVICE_MARKED_FOR_DELETE)
    line.put(", a program such as services.msc still shows the one that was removed; close it");
  line.put("\r\n");
  print(STD_ERROR_HANDLE, line.text());
  return 1;
}

class ConsoleJournal final : public Journal {
 public:
  void host_came() override { print(STD_ERROR_HANDLE, "the host is connected\r\n"); }
  void host_went(DWORD) override { print(STD_ERROR_HANDLE, "the host is away\r\n"); }
  void rejected(std::string_view reason) override {
    print(STD_ERROR_HANDLE, "the host does not accept this service: ");
    for (const char c : reason) {
      const char shown = c >= ' ' && c <= '~' ? c : '?';
      print(STD_ERROR_HANDLE, std::string_view(&shown, 1));
    }
    print(STD_ERROR_HANDLE, "\r\n");
  }
  void no_port(DWORD error) override {
    std::array<char, 200> room{};
    recording::LineText line(room);
    line.put("aerostat-guest: cannot open the port: error ");
    line.put(std::int64_t{error});
    if (error == ERROR_FILE_NOT_FOUND) line.put(", there is none of that name");
    if (error == ERROR_BAD_DEV_TYPE) line.put(", it is a file");
    if (error == ERROR_ACCESS_DENIED || error == ERROR_SHARING_VIOLATION)
      line.put(", another program has it, or this is no administrator");
    line.put("; it is tried again\r\n");
    print(STD_ERROR_HANDLE, line.text());
  }
};

HANDLE stop_asked = nullptr;

BOOL WINAPI ask_to_stop(DWORD) {
  SetEvent(stop_asked);
  return TRUE;
}

int run(const Options& options) {
  stop_asked = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  SetConsoleCtrlHandler(ask_to_stop, TRUE);
  static ConsoleJournal journal;
  Agent::only(options, journal).run(stop_asked);
  return 0;
}

int print_once() {
  static System system(is_second_release());
  static LineWriter writer;
  print(STD_OUTPUT_HANDLE, hello_line(writer, system.identity()));
  print(STD_OUTPUT_HANDLE,
        sample_line(writer, 1, Cause::Keepalive, reading_of(system.memory(), now_ns()), {}));
  return 0;
}

}  // namespace

int main(int count, char** words) {
  CommandLine line = read_command_line(count, words);
  using Do = CommandLine::Do;
  if (line.what == Do::Install) line.options.second_release = is_second_release();
  switch (line.what) {
    case Do::Help: print(STD_OUTPUT_HANDLE, kHelp); return 0;
    case Do::Version: print(STD_OUTPUT_HANDLE, "aerostat-guest " AEROSTAT_VERSION "\r\n"); return 0;
    case Do::Complain: return complain(line.complaint, line.culprit);
    case Do::Once: return print_once();
    case Do::Install: return tell(install_service(line.options), "installed and started\r\n");
    case Do::Stop: return tell(stop_service(), "stopped\r\n");
    case Do::Uninstall: return tell(uninstall_service(), "stopped and removed\r\n");
    case Do::Serve: return tell(serve(line.options), "");
    case Do::Run: return run(line.options);
  }
  return 0;
}
