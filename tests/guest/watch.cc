// A guest's memory seen from inside, ten times a second: the tests' own witness, beside the service under
// test. One line each time on the port org.aerostat.watch.0, if the host listens:
//   milliseconds since boot, then in KiB total and available, then swapped in, swapped out (pages), kills,
//   Committed_AS.
// Locked in memory and ahead of ordinary programs, so that it is on time when the guest is out of memory.
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr long kPeriodNs = 100'000'000;
constexpr const char* kPort = "/dev/virtio-ports/org.aerostat.watch.0";

// The number after a word at the beginning of a line; -1 if there is none.
long long number_after(const char* text, const char* word) {
  const std::size_t length = std::strlen(word);
  for (const char* line = text; line != nullptr && *line != '\0'; line = std::strchr(line, '\n')) {
    if (*line == '\n') ++line;
    if (std::strncmp(line, word, length) == 0) return std::atoll(line + length);
  }
  return -1;
}

void read_whole(int fd, std::array<char, 16384>& text) {
  const ssize_t got = ::pread(fd, text.data(), text.size() - 1, 0);
  text[got > 0 ? static_cast<std::size_t>(got) : 0] = '\0';
}

}  // namespace

int main() {
  const int meminfo = ::open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
  const int vmstat = ::open("/proc/vmstat", O_RDONLY | O_CLOEXEC);
  const int port = ::open(kPort, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (meminfo < 0 || vmstat < 0 || port < 0) return 1;
  sched_param parameters{};
  parameters.sched_priority = 1;
  ::sched_setscheduler(0, SCHED_RR, &parameters);
  ::mlockall(MCL_CURRENT | MCL_FUTURE);

  static std::array<char, 16384> memory, events;
  timespec next{};
  ::clock_gettime(CLOCK_MONOTONIC, &next);
  while (true) {
    read_whole(meminfo, memory);
    read_whole(vmstat, events);
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    std::array<char, 256> line{};
    const int length =
        std::snprintf(line.data(), line.size(), "%lld %lld %lld %lld %lld %lld %lld\n",
                      static_cast<long long>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000,
                      number_after(memory.data(), "MemTotal:"), number_after(memory.data(), "MemAvailable:"),
                      number_after(events.data(), "pswpin "), number_after(events.data(), "pswpout "),
                      number_after(events.data(), "oom_kill "), number_after(memory.data(), "Committed_AS:"));
    // Nobody listens, or not fast enough: the next line will do.
    [[maybe_unused]] const ssize_t put = ::write(port, line.data(), static_cast<std::size_t>(length));
    next.tv_nsec += kPeriodNs;
    if (next.tv_nsec >= 1'000'000'000) {
      next.tv_nsec -= 1'000'000'000;
      ++next.tv_sec;
    }
    ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, nullptr);
  }
}
