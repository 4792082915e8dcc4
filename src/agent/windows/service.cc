#include "agent/windows/service.h"

#include <cstring>

#include "agent/windows/event_journal.h"
#include "model/recording.h"

namespace aerostat::agent {

namespace {

constexpr const wchar_t* kTitle = L"Aerostat guest service";
constexpr const wchar_t* kAbout =
    L"Reports this virtual machine's memory to the host, which adds and removes memory as needed.";
constexpr const wchar_t* kEventSource =
    L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\aerostat-guest";
// Two privileges are left of LocalSystem's: to pass through folders, and to read the lists of pages.
constexpr wchar_t kPrivileges[] = L"SeChangeNotifyPrivilege\0SeProfileSingleProcessPrivilege\0";
constexpr DWORD kMostWaitMs = 10'000;
constexpr wchar_t kServe[] = L"\" serve";  // between the program's path and its options

// Levels of ChangeServiceConfig2 that came with Vista. An older system refuses them, which is no fault.
constexpr DWORD kFailureActionsFlag = 4, kSidInfo = 5, kRequiredPrivileges = 6;
constexpr DWORD kSidUnrestricted = 1;

struct Handle {
  SC_HANDLE h = nullptr;
  ~Handle() {
    if (h != nullptr) CloseServiceHandle(h);
  }
};

ServiceFault fault(const char* step) { return {step, GetLastError()}; }

class WideText {
 public:
  void put(const wchar_t* text) {
    for (; *text != L'\0'; ++text) put(*text);
  }
  void put(std::string_view text) {
    for (const char c : text) put(static_cast<wchar_t>(static_cast<unsigned char>(c)));
  }
  void put(wchar_t c) {
    if (size_ + 1 < room_.size()) room_[size_++] = c;
  }
  const wchar_t* text() const { return room_.data(); }

 private:
  std::array<wchar_t, 1024> room_{};
  std::size_t size_ = 0;
};

// "C:\Program Files\Aerostat\aerostat-guest.exe" serve --port "\\.\COM3"
void put_program(WideText& out, const wchar_t* program) {
  out.put(L'"');
  out.put(program);
  out.put(kServe);
}

void put_options(WideText& out, const Options& options) {
  if (options.port != nullptr) {
    out.put(L" --port \"");
    out.put(std::string_view(options.port));
    out.put(L'"');
  }
  if (options.second_release) out.put(L" --second-release");
  if (options.sample_ns <= 0) return;
  std::array<char, 24> room{};
  recording::LineText ms(room);
  ms.put(options.sample_ns / kMs);
  out.put(L" --sample-ms ");
  out.put(ms.text());
}

void set_recovery(SC_HANDLE service) {
  SERVICE_DESCRIPTIONW about{const_cast<wchar_t*>(kAbout)};
  ChangeServiceConfig2W(service, SERVICE_CONFIG_DESCRIPTION, &about);
  // The last action is repeated. A day without a death forgets the earlier ones.
  SC_ACTION actions[] = {{SC_ACTION_RESTART, 1000}, {SC_ACTION_RESTART, 5000}, {SC_ACTION_RESTART, 60'000}};
  SERVICE_FAILURE_ACTIONSW recovery{};
  recovery.dwResetPeriod = 86'400;
  recovery.cActions = 3;
  recovery.lpsaActions = actions;
  ChangeServiceConfig2W(service, SERVICE_CONFIG_FAILURE_ACTIONS, &recovery);
  BOOL also_errors = TRUE;
  ChangeServiceConfig2W(service, kFailureActionsFlag, &also_errors);
  DWORD sid = kSidUnrestricted;
  ChangeServiceConfig2W(service, kSidInfo, &sid);
  struct {
    const wchar_t* list;
  } privileges{kPrivileges};
  ChangeServiceConfig2W(service, kRequiredPrivileges, &privileges);
}

void set_event_source(const wchar_t* program) {
  HKEY key = nullptr;
  if (RegCreateKeyExW(HKEY_LOCAL_MACHINE, kEventSource, 0, nullptr, 0, KEY_WRITE, nullptr, &key, nullptr) !=
      ERROR_SUCCESS)
    return;
  const auto bytes = static_cast<DWORD>((std::wcslen(program) + 1) * sizeof(wchar_t));
  RegSetValueExW(key, L"EventMessageFile", 0, REG_EXPAND_SZ, reinterpret_cast<const BYTE*>(program), bytes);
  const DWORD types = EVENTLOG_ERROR_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_INFORMATION_TYPE;
  RegSetValueExW(key, L"TypesSupported", 0, REG_DWORD, reinterpret_cast<const BYTE*>(&types), sizeof types);
  RegCloseKey(key);
}

// An upgrade keeps what the service was installed with: what follows `serve` in its command line.
void put_kept_options(WideText& out, SC_HANDLE service) {
  alignas(QUERY_SERVICE_CONFIGW) static std::array<BYTE, 8192> room;  // the most that Windows gives
  auto* config = reinterpret_cast<QUERY_SERVICE_CONFIGW*>(room.data());
  DWORD needed = 0;
  if (QueryServiceConfigW(service, config, static_cast<DWORD>(room.size()), &needed) == 0) return;
  const wchar_t* rest = config->lpBinaryPathName;
  if (rest == nullptr || *rest != L'"') return;
  for (++rest; *rest != L'\0' && *rest != L'"'; ++rest) {
  }
  const std::size_t serve_length = std::wcslen(kServe);
  if (std::wcsncmp(rest, kServe, serve_length) == 0) out.put(rest + serve_length);
}

bool state_of(SC_HANDLE service, SERVICE_STATUS_PROCESS& status) {
  DWORD needed = 0;
  return QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&status),
                              sizeof status, &needed) != 0;
}

// False: it does not stop. A service says that it stopped before its process ends, and nobody can replace its
// program before that.
bool stop_and_wait(SC_HANDLE service) {
  SERVICE_STATUS_PROCESS status{};
  HANDLE process = nullptr;
  if (state_of(service, status) && status.dwProcessId != 0)
    process = OpenProcess(SYNCHRONIZE, FALSE, status.dwProcessId);
  SERVICE_STATUS told{};
  ControlService(service, SERVICE_CONTROL_STOP, &told);
  DWORD waited = 0;
  while (state_of(service, status) && status.dwCurrentState != SERVICE_STOPPED && waited <= kMostWaitMs) {
    Sleep(100);
    waited += 100;
  }
  bool stopped = waited <= kMostWaitMs;
  if (process != nullptr) {
    stopped = stopped && WaitForSingleObject(process, kMostWaitMs) == WAIT_OBJECT_0;
    CloseHandle(process);
  }
  if (!stopped) SetLastError(ERROR_SERVICE_REQUEST_TIMEOUT);
  return stopped;
}

// Soon after a boot the service manager still starts other services, and refuses any other start.
bool start_and_wait(SC_HANDLE service) {
  for (DWORD waited = 0; StartServiceW(service, 0, nullptr) == 0; waited += 100) {
    if (GetLastError() == ERROR_SERVICE_ALREADY_RUNNING) return true;
    if (GetLastError() != ERROR_SERVICE_DATABASE_LOCKED || waited > kMostWaitMs) return false;
    Sleep(100);
  }
  return true;
}

// What the service manager's thread and the agent's share.
struct Served {
  Options options;
  HANDLE stop = nullptr;
  SERVICE_STATUS_HANDLE status = nullptr;
};
Served served;

void report_state(DWORD state) {
  SERVICE_STATUS status{};
  status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
  status.dwCurrentState = state;
  status.dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0;
  SetServiceStatus(served.status, &status);
}

void WINAPI control(DWORD what) {
  if (what != SERVICE_CONTROL_STOP && what != SERVICE_CONTROL_SHUTDOWN) return;
  report_state(SERVICE_STOP_PENDING);
  SetEvent(served.stop);
}

void WINAPI service_main(DWORD, wchar_t**) {
  served.status = RegisterServiceCtrlHandlerW(kServiceName, control);
  if (served.status == nullptr) return;
  report_state(SERVICE_RUNNING);
  static EventJournal journal;
  Agent::only(served.options, journal).run(served.stop);
  report_state(SERVICE_STOPPED);
}

}  // namespace

ServiceFault install_service(const Options& options) {
  std::array<wchar_t, 512> program{};
  const DWORD length = GetModuleFileNameW(nullptr, program.data(), static_cast<DWORD>(program.size()));
  if (length == 0 || length >= program.size()) return {"find this program's path", ERROR_BUFFER_OVERFLOW};
  WideText command;
  put_program(command, program.data());
  put_options(command, options);
  const Handle manager{OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE)};
  if (manager.h == nullptr) return fault("open the service manager");
  Handle service{CreateServiceW(manager.h, kServiceName, kTitle, SERVICE_ALL_ACCESS,
                                SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL,
                                command.text(), nullptr, nullptr, nullptr, nullptr, nullptr)};
  if (service.h == nullptr && GetLastError() == ERROR_SERVICE_EXISTS) {
    service.h = OpenServiceW(manager.h, kServiceName, SERVICE_ALL_ACCESS);
    if (service.h == nullptr) return fault("open the service");
    if (!stop_and_wait(service.h)) return fault("stop the older service");
    if (options.port == nullptr && options.sample_ns <= 0) {
      command = {};
      put_program(command, program.data());
      put_kept_options(command, service.h);
    }
    if (ChangeServiceConfigW(service.h, SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL,
                             command.text(), nullptr, nullptr, nullptr, nullptr, nullptr, kTitle) == 0)
      return fault("change the service");
  }
  if (service.h == nullptr) return fault("create the service");
  set_recovery(service.h);
  set_event_source(program.data());
  if (!start_and_wait(service.h)) return fault("start the service");
  return {};
}

ServiceFault stop_service() {
  const Handle manager{OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT)};
  if (manager.h == nullptr) return fault("open the service manager");
  const Handle service{OpenServiceW(manager.h, kServiceName, SERVICE_STOP | SERVICE_QUERY_STATUS)};
  if (service.h == nullptr) return fault("open the service");
  if (!stop_and_wait(service.h)) return fault("stop the service");
  return {};
}

ServiceFault uninstall_service() {
  const Handle manager{OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT)};
  if (manager.h == nullptr) return fault("open the service manager");
  const Handle service{OpenServiceW(manager.h, kServiceName, SERVICE_STOP | SERVICE_QUERY_STATUS | DELETE)};
  if (service.h == nullptr) return fault("open the service");
  if (!stop_and_wait(service.h)) return fault("stop the service");
  if (DeleteService(service.h) == 0) return fault("remove the service");
  RegDeleteKeyW(HKEY_LOCAL_MACHINE, kEventSource);
  return {};
}

ServiceFault serve(const Options& options) {
  served.options = options;
  served.stop = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  SERVICE_TABLE_ENTRYW table[] = {{const_cast<wchar_t*>(kServiceName), service_main}, {nullptr, nullptr}};
  if (StartServiceCtrlDispatcherW(table) == 0) return fault("reach the service manager; only it starts this");
  return {};
}

}  // namespace aerostat::agent
