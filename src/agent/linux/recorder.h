// Recorder: writes a row of a recording each period, until it is told to stop, its time is up, the source is
// gone or a row cannot be written. A late row is written late. Missed rows are left out, never invented.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/linux/row_file.h"
#include "agent/linux/row_source.h"

namespace aerostat::agent {

struct RecordOptions {
  const char* file = nullptr;  // "-": standard output
  std::string_view cgroup{};   // empty: the whole machine
  std::int64_t every_ns = 200'000'000;
  std::int64_t length_ns = 0;  // 0: until stopped
  bool force = false;
};

struct RecordEnd {
  enum class Why { Done, SourceGone, WriteFailed };
  Why why = Why::Done;
  int error = 0;  // WriteFailed: errno
  std::int64_t rows = 0;
};

// Signals set `stop`. They must be blocked outside this call.
RecordEnd record_rows(RowSource& source, RowFile& file, const RecordOptions& options,
                      const volatile int& stop);

}  // namespace aerostat::agent
