#include "agent/linux/recorder.h"

#include <poll.h>
#include <signal.h>
#include <time.h>

#include <array>
#include <cerrno>

#include "agent/linux/sampler.h"

namespace aerostat::agent {

namespace {

std::int64_t wall_ms() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// Lets signals in while waiting.
void wait_until(std::int64_t due) {
  const std::int64_t left = due - now_ns();
  const std::int64_t wait = left > 0 ? left : 0;
  const timespec timeout = timespec_of(wait);
  sigset_t none;
  sigemptyset(&none);
  ::ppoll(nullptr, 0, &timeout, &none);
}

}  // namespace

RecordEnd record_rows(RowSource& source, RowFile& file, const RecordOptions& options,
                      const volatile int& stop) {
  RecordEnd end;
  std::array<char, recording::kLongestLine> line{};
  end.error = file.write(recording::header_line(false, line));
  const std::int64_t start = now_ns();
  const std::int64_t start_ms = wall_ms();  // the wall clock may be set meanwhile; rows only continue from
                                            // here
  std::int64_t due = start;
  while (end.error == 0) {
    recording::Row row = source.look();
    const std::int64_t now = now_ns();
    if (!row.used) {
      end.why = RecordEnd::Why::SourceGone;
      return end;
    }
    row.ms = start_ms + (now - start) / 1'000'000;
    end.error = file.write(recording::row_line(row, false, line));
    if (end.error != 0) break;
    ++end.rows;
    while (due <= now) due += options.every_ns;
    if (options.length_ns > 0 && due - start > options.length_ns) return end;
    while (stop == 0 && now_ns() < due) wait_until(due);
    wait_until(0);  // also when late: a waiting signal is seen
    if (stop != 0) return end;
  }
  end.why = RecordEnd::Why::WriteFailed;
  return end;
}

}  // namespace aerostat::agent
