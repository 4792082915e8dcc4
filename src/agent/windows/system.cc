#include "agent/windows/system.h"

#include <windows.h>
// after windows.h
#include <psapi.h>
#include <winternl.h>

#include <cstddef>
#include <cstring>

#include "agent/windows/dynamic.h"
#include "model/recording.h"

namespace aerostat::agent {

namespace {

// SYSTEM_INFORMATION_CLASS. The first two are as old as Windows NT; the third came with Vista, and needs the
// privilege to profile.
constexpr int kPerformance = 2, kPageFiles = 18, kMemoryLists = 80;

// These are at the same places in all versions, and with both sizes of pointers.
constexpr std::size_t kHardReadPages = offsetof(SYSTEM_PERFORMANCE_INFORMATION, PagesRead),
                      kHardReads = offsetof(SYSTEM_PERFORMANCE_INFORMATION, PageReadIos),
                      kPageFileWritten = offsetof(SYSTEM_PERFORMANCE_INFORMATION, PagefilePagesWritten),
                      kPerformanceLeast = kPageFileWritten + sizeof(std::uint32_t);

// The places of SIZE_T in SYSTEM_MEMORY_LIST_INFORMATION.
constexpr std::size_t kZeroed = 0, kFree = 1, kModified = 2, kModifiedNoWrite = 3, kByPriority = 5,
                      kRepurposed = 13, kListsLeast = 21;
constexpr std::size_t kPriorities = 8;

// Where the id of this boot is kept. The key is volatile: it is gone after a reboot.
constexpr wchar_t kBootKey[] = L"SOFTWARE\\Aerostat\\Boot";

// The lists of pages are shown only to who may profile. The service's account may, once it says so.
void enable_profiling() {
  HANDLE token = nullptr;
  if (OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token) == 0) return;
  TOKEN_PRIVILEGES wish{};
  wish.PrivilegeCount = 1;
  wish.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
  if (LookupPrivilegeValueW(nullptr, L"SeProfileSingleProcessPrivilege", &wish.Privileges[0].Luid) != 0)
    AdjustTokenPrivileges(token, FALSE, &wish, 0, nullptr, nullptr);
  CloseHandle(token);
}

// GetVersionEx tells programs without a manifest an older version.
OSVERSIONINFOEXW version_info() {
  using GetVersion = LONG(WINAPI*)(OSVERSIONINFOEXW*);
  OSVERSIONINFOEXW about{};
  about.dwOSVersionInfoSize = sizeof about;
  if (const auto get = look_up<GetVersion>(GetModuleHandleW(L"ntdll.dll"), "RtlGetVersion")) get(&about);
  return about;
}

}  // namespace

bool is_second_release() {
  constexpr int kServerR2 = 89;  // SM_SERVERR2
  if (version_info().dwMajorVersion != 5) return false;
  using GetMetrics = int(WINAPI*)(int);
  const auto get = look_up<GetMetrics>(load_system_library(L"user32.dll"), "GetSystemMetrics");
  return get != nullptr && get(kServerR2) != 0;
}

std::int64_t now_ns() {
  static const std::int64_t frequency = [] {
    LARGE_INTEGER f;
    QueryPerformanceFrequency(&f);
    return f.QuadPart > 0 ? static_cast<std::int64_t>(f.QuadPart) : 1;
  }();
  static std::int64_t last = 0;
  LARGE_INTEGER now;
  QueryPerformanceCounter(&now);
  const std::int64_t whole = now.QuadPart / frequency, rest = now.QuadPart % frequency;
  const std::int64_t ns = whole * 1'000'000'000 + rest * 1'000'000'000 / frequency;
  // Counters of several processors may differ.
  if (ns > last) last = ns;
  return last;
}

System::System(bool second_release) {
  numbers_.second_release = second_release;
  const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
  query_ = look_up<Query>(ntdll, "NtQuerySystemInformation");
  low_memory_event_ = CreateMemoryResourceNotification(LowMemoryResourceNotification);
  // Before Windows 7 it is in a library of its own.
  get_performance_ = look_up<GetPerformance>(GetModuleHandleW(L"kernel32.dll"), "K32GetPerformanceInfo");
  if (get_performance_ == nullptr)
    get_performance_ = look_up<GetPerformance>(load_system_library(L"psapi.dll"), "GetPerformanceInfo");
  enable_profiling();
  find_product();
  find_boot();
}

void System::find_product() {
  const OSVERSIONINFOEXW about = version_info();
  numbers_.major = about.dwMajorVersion;
  numbers_.minor = about.dwMinorVersion;
  numbers_.build = about.dwBuildNumber;
  numbers_.server = about.wProductType != VER_NT_WORKSTATION;
  numbers_.suites = about.wSuiteMask;
  service_pack_ = about.wServicePackMajor;
  using GetProduct = BOOL(WINAPI*)(DWORD, DWORD, DWORD, DWORD, DWORD*);
  DWORD product = 0;
  const auto get = look_up<GetProduct>(GetModuleHandleW(L"kernel32.dll"), "GetProductInfo");
  if (get != nullptr && get(about.dwMajorVersion, about.dwMinorVersion, about.wServicePackMajor,
                            about.wServicePackMinor, &product) != 0) {
    numbers_.product = product;
  }
  SYSTEM_INFO system{};
  GetNativeSystemInfo(&system);
  architecture_ = system.wProcessorArchitecture;
  recording::LineText text(std::span(version_.data(), version_.size() - 1));
  text.put(std::int64_t{numbers_.major});
  text.put(".");
  text.put(std::int64_t{numbers_.minor});
  text.put(".");
  text.put(std::int64_t{numbers_.build});
  suite_ = windows_suites(numbers_.suites, suite_room_);
}

// The host must know whether this is still the same boot. Windows has no id of it, and its boot time changes
// when somebody sets the clock.
void System::find_boot() {
  HKEY key = nullptr;
  DWORD size = static_cast<DWORD>(boot_id_.size() - 1), type = 0;
  const LSTATUS opened = RegCreateKeyExW(HKEY_LOCAL_MACHINE, kBootKey, 0, nullptr, REG_OPTION_VOLATILE,
                                         KEY_READ | KEY_WRITE, nullptr, &key, nullptr);
  const bool kept = opened == ERROR_SUCCESS;
  const auto bytes = [&] { return reinterpret_cast<BYTE*>(boot_id_.data()); };
  if (kept && RegQueryValueExA(key, "id", nullptr, &type, bytes(), &size) == ERROR_SUCCESS &&
      type == REG_SZ && size > 1) {
    boot_id_.back() = '\0';
    RegCloseKey(key);
    return;
  }
  boot_id_ = {};
  FILETIME now;
  GetSystemTimeAsFileTime(&now);
  recording::LineText text(std::span(boot_id_.data(), boot_id_.size() - 1));
  text.put(std::int64_t{now.dwHighDateTime});
  text.put("-");
  text.put(std::int64_t{now.dwLowDateTime});
  text.put("-");
  text.put(std::int64_t{GetCurrentProcessId()});
  // Without the right to write it there, each start of the service looks like a boot. That loses what was
  // learned.
  if (!kept) return;
  RegSetValueExA(key, "id", 0, REG_SZ, bytes(), static_cast<DWORD>(text.text().size() + 1));
  RegCloseKey(key);
}

Identity System::identity() const {
  Identity who;
  who.agent = AEROSTAT_VERSION;
  who.os = "windows";
  who.release = who.version = version_.data();
  who.boot_id = boot_id_.data();
  who.name = windows_name(numbers_);
  who.edition = windows_edition(numbers_);
  who.service_pack = service_pack_;
  who.arch = windows_arch(architecture_);
  who.suite = suite_;
  who.balloon_in_total = true;
  return who;
}

MemoryNumbers System::memory() {
  MemoryNumbers out;
  PERFORMANCE_INFORMATION info{};
  info.cb = sizeof info;
  if (get_performance_ != nullptr && get_performance_(&info, sizeof info) != 0) {
    out.page_kib = static_cast<std::int64_t>(info.PageSize / 1024);
    out.physical_total = static_cast<std::int64_t>(info.PhysicalTotal);
    out.physical_available = static_cast<std::int64_t>(info.PhysicalAvailable);
    out.commit_total = static_cast<std::int64_t>(info.CommitTotal);
    out.commit_limit = static_cast<std::int64_t>(info.CommitLimit);
  }
  add_lists(out);
  add_page_files(out);
  add_counters(out);
  out.low_memory = low_memory();
  return out;
}

Number System::low_memory() const {
  // As who waits for it asks: an answer that differs would let that wait end again and again.
  switch (WaitForSingleObject(low_memory_event_, 0)) {
    case WAIT_OBJECT_0: return 1;
    case WAIT_TIMEOUT: return 0;
    default: return {};
  }
}

std::uint32_t System::query(int what, std::uint32_t room) {
  buffer_.fill(0);
  unsigned long wrote = 0;
  if (query_ == nullptr || query_(what, buffer_.data(), room, &wrote) < 0) return 0;
  // Not every system says how much it wrote.
  return wrote == 0 || wrote > room ? room : static_cast<std::uint32_t>(wrote);
}

template <typename T>
T System::at(std::size_t offset) const {
  T out{};
  std::memcpy(&out, buffer_.data() + offset, sizeof out);
  return out;
}

void System::add_lists(MemoryNumbers& out) {
  constexpr auto kWord = static_cast<std::uint32_t>(sizeof(std::size_t));
  // Windows 8 added a word at the end; older ones may refuse a buffer of another size than theirs.
  constexpr auto kLeast = static_cast<std::uint32_t>(kListsLeast) * kWord;
  if (query(kMemoryLists, kLeast + kWord) < kLeast && query(kMemoryLists, kLeast) < kLeast) return;
  const auto word = [&](std::size_t i) { return static_cast<std::int64_t>(at<std::size_t>(i * kWord)); };
  std::int64_t standby = 0, repurposed = 0;
  for (std::size_t i = 0; i < kPriorities; ++i) {
    standby += word(kByPriority + i);
    repurposed += word(kRepurposed + i);
  }
  out.zeroed = word(kZeroed);
  out.free = word(kFree);
  out.modified = word(kModified) + word(kModifiedNoWrite);
  out.standby = standby;
  out.repurposed = repurposed_.add(static_cast<std::uint32_t>(repurposed));
}

void System::add_page_files(MemoryNumbers& out) {
  const std::uint32_t size = query(kPageFiles, static_cast<std::uint32_t>(buffer_.size()));
  // Without a page file some systems write nothing. Then nothing is known.
  if (size < 16 || at<std::uint32_t>(4) == 0) return;
  std::int64_t total = 0, used = 0;
  for (std::size_t entry = 0; entry + 16 <= size;) {
    total += at<std::uint32_t>(entry + 4);
    used += at<std::uint32_t>(entry + 8);
    const std::uint32_t next = at<std::uint32_t>(entry);
    if (next < 16) break;
    entry += next;
  }
  out.page_file_total = total;
  out.page_file_used = used;
}

void System::add_counters(MemoryNumbers& out) {
  if (query(kPerformance, 1024) < kPerformanceLeast) return;
  out.hard_read_pages = hard_read_pages_.add(at<std::uint32_t>(kHardReadPages));
  out.hard_reads = hard_reads_.add(at<std::uint32_t>(kHardReads));
  out.page_file_written = page_file_written_.add(at<std::uint32_t>(kPageFileWritten));
}

}  // namespace aerostat::agent
