// System: what this Windows is and how its memory is, by calls that Server 2003 has. Newer calls are looked
// up when the program starts, and what they would tell is missing where they are not there. Allocates nothing
// after that.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "agent/common/messages.h"
#include "agent/windows/memory_numbers.h"
#include "agent/windows/product.h"

struct _PERFORMANCE_INFORMATION;

namespace aerostat::agent {

// Since this boot; does not go back.
std::int64_t now_ns();

// Whether this is Windows Server 2003 R2, which is 2003 by all its numbers. Under wine the answer takes 4 MiB
// of libraries: what runs on gets it from its command line.
bool is_second_release();

class System {
 public:
  explicit System(bool second_release);
  System(const System&) = delete;
  System& operator=(const System&) = delete;

  // For hello. The views stay valid.
  Identity identity() const;
  MemoryNumbers memory();
  // Whether the kernel signals that memory is low. Missing: it cannot be asked.
  Number low_memory() const;
  // A handle to wait for: it is signalled while memory is low. Null: there is none.
  void* low_memory_event() const { return low_memory_event_; }

 private:
  void find_product();
  void find_boot();
  void add_lists(MemoryNumbers& out);
  void add_page_files(MemoryNumbers& out);
  void add_counters(MemoryNumbers& out);
  // NtQuerySystemInformation into buffer_. The number of bytes that it wrote; 0: it failed.
  std::uint32_t query(int what, std::uint32_t room);
  template <typename T>
  T at(std::size_t offset) const;

  using Query = long(__stdcall*)(int, void*, unsigned long, unsigned long*);
  using GetPerformance = int(__stdcall*)(_PERFORMANCE_INFORMATION*, unsigned long);
  Query query_ = nullptr;
  GetPerformance get_performance_ = nullptr;
  void* low_memory_event_ = nullptr;
  WindowsNumbers numbers_;
  int service_pack_ = 0;
  std::uint32_t architecture_ = 0xFFFF;
  std::array<char, 40> version_{}, boot_id_{};
  std::array<char, 80> suite_room_{};
  std::string_view suite_;
  LongCounter hard_reads_, hard_read_pages_, page_file_written_, repurposed_;
  alignas(8) std::array<char, 4096> buffer_{};
};

}  // namespace aerostat::agent
