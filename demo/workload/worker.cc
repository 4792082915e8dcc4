#include "worker.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "files.h"
#include "memory.h"
#include "pace.h"

namespace workload {

namespace {

// Touches `bytes` fresh bytes from `start` on at the phase's pace.
bool fill_paced(std::byte* start, std::int64_t bytes, const Phase& phase, Pace& pace, Counters& counters) {
  for (std::int64_t at = 0; at < bytes;) {
    const std::int64_t step = pace.take(bytes - at);
    if (step == 0) return false;
    fill(start + at, step, phase.fill);
    pace.finish_step();
    at += step;
    counters.touched += step;
  }
  return true;
}

Outcome run_alloc(const Phase& phase, Memory& memory, Counters& counters) {
  Pace pace(phase.rate, counters);
  const auto sharing = phase.kind == Kind::Shared ? Memory::Sharing::Shared : Memory::Sharing::Private;
  for (std::int64_t left = phase.bytes; left > 0;) {
    const std::int64_t piece = std::min(left, kMiB);
    std::byte* start = memory.map(piece, sharing);
    if (start == nullptr) return failed("mmap", errno);
    const bool whole = fill_paced(start, piece, phase, pace, counters);
    counters.held = memory.size();
    if (!whole) return Outcome::stopped();
    left -= piece;
  }
  return Outcome::done();
}

Outcome run_malloc(const Phase& phase, Memory& memory, Counters& counters) {
  std::byte* start = memory.allocate(phase.bytes);
  if (start == nullptr) return failed("malloc", errno);
  counters.held = memory.size();
  Pace pace(phase.rate, counters);
  return fill_paced(start, phase.bytes, phase, pace, counters) ? Outcome::done() : Outcome::stopped();
}

// Makes the kernel hold `bytes` of page tables. Each covers 2 MiB of addresses, and reading one byte there
// needs the table but no other memory. They stay until the worker ends.
Outcome run_tables(const Phase& phase, Counters& counters) {
  constexpr std::int64_t kTable = 4096, kCovered = 2 * kMiB;
  const std::int64_t tables = phase.bytes / kTable;
  const auto length = static_cast<std::size_t>(tables * kCovered);
  void* const start = ::mmap(nullptr, length, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return failed("mmap", errno);
  ::madvise(start, length, MADV_NOHUGEPAGE);
  Pace pace(phase.rate, counters);
  for (std::int64_t done = 0; done < tables;) {
    const std::int64_t step = pace.take((tables - done) * kTable);
    if (step == 0) return Outcome::stopped();
    const std::int64_t end = std::min(tables, done + std::max<std::int64_t>(1, step / kTable));
    for (; done < end; ++done) {
      static_cast<void>(*(static_cast<const volatile std::byte*>(start) + done * kCovered));
      counters.touched += kTable;
    }
    pace.finish_step();
  }
  return Outcome::done();
}

// Once a second through the hot set, evenly. Without a hot set, waits in ticks so that a stop is noticed.
Outcome run_hold(const Phase& phase, Memory& memory, Counters& counters) {
  if (phase.bytes > memory.size()) return failed("the hot set is larger than what is held");
  const std::int64_t end_ns = now_ns() + phase.time_ns;
  Pace pace(phase.bytes, counters);
  std::int64_t at = 0;
  while (now_ns() < end_ns) {
    if (counters.stop) return Outcome::stopped();
    if (phase.bytes == 0) {
      sleep_until(std::min(end_ns, now_ns() + kSecond / 100));
      continue;
    }
    const std::int64_t step = pace.take(phase.bytes - at);
    if (step == 0) return Outcome::stopped();
    memory.touch(at, step);
    pace.finish_step();
    counters.touched += step;
    at += step;
    if (at < phase.bytes) continue;
    at = 0;
    ++counters.passes;
  }
  return Outcome::done();
}

Outcome run_read(const Phase& phase, const char* folder, Counters& counters) {
  FileSet files(folder, phase.bytes);
  if (files.size() < phase.bytes || phase.bytes == 0) return failed("the file set is smaller than that");
  const std::int64_t end_ns = now_ns() + phase.time_ns;
  Pace pace(phase.rate, counters);
  for (std::int64_t at = 0;;) {
    const std::int64_t step = pace.take(phase.bytes - at);
    if (step == 0) return Outcome::stopped();
    for (std::int64_t end = at + step; at < end;) {
      const std::int64_t got = files.read(at, end - at);
      if (got <= 0) return got < 0 ? failed("read", errno) : failed("a file became shorter");
      at += got;
      counters.touched += got;
    }
    pace.finish_step();
    if (at == phase.bytes) {
      at = 0;
      ++counters.passes;
    }
    const bool once = phase.time_ns == 0;
    if (once ? counters.passes > 0 : now_ns() >= end_ns) return Outcome::done();
  }
}

// Counted while it runs: an emulated guest takes seconds to free what it had paged out.
Outcome run_free(const Phase& phase, Memory& memory, Counters& counters) {
  const std::int64_t keep = phase.bytes == 0 ? 0 : std::max<std::int64_t>(0, memory.size() - phase.bytes);
  while (memory.release_newest(keep)) counters.held = memory.size();
  return Outcome::done();
}

Outcome run(const Phase& phase, Memory& memory, const char* folder, Counters& counters) {
  switch (phase.kind) {
    case Kind::Alloc:
    case Kind::Shared: return run_alloc(phase, memory, counters);
    case Kind::Malloc: return run_malloc(phase, memory, counters);
    case Kind::Tables: return run_tables(phase, counters);
    case Kind::Hold: return run_hold(phase, memory, counters);
    case Kind::Read: return run_read(phase, folder, counters);
    case Kind::Free: return run_free(phase, memory, counters);
    case Kind::Exit: ::_exit(0);
  }
  return Outcome::done();
}

// Best effort: without permission, the worker is as likely a victim as any process.
void prefer_as_victim() {
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  [[maybe_unused]] const auto written = ::write(file, "1000", 4);
  ::close(file);
}

}  // namespace

Outcome failed(const char* why) {
  Outcome outcome{Outcome::What::Failed};
  std::snprintf(outcome.reason, sizeof outcome.reason, "%s", why);
  return outcome;
}

Outcome failed(const char* what, int error) {
  Outcome outcome{Outcome::What::Failed};
  std::snprintf(outcome.reason, sizeof outcome.reason, "%s: %s", what, std::strerror(error));
  return outcome;
}

void run_worker(int socket, Counters& counters, const char* folder) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  prefer_as_victim();
  Memory memory;
  Phase phase;
  while (::recv(socket, &phase, sizeof phase, 0) == static_cast<ssize_t>(sizeof phase)) {
    Outcome outcome = run(phase, memory, folder, counters);
    outcome.at_ns = now_ns();
    if (::send(socket, &outcome, sizeof outcome, MSG_NOSIGNAL) < 0) break;
  }
  ::_exit(0);
}

}  // namespace workload
