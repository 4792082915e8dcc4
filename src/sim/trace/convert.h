// Converts recordings to a trace: one VM for each, need and page cache in MiB, times from 0 on. Streams:
// memory does not grow with the length of a recording. The need between two recorded rows is unknown, so rows
// are omitted only where they are close enough together to be the whole curve. Such a trace says that
// straight lines join its rows.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/trace/need_of.h"

namespace aerostat::sim {

struct RecordingFile {
  std::string vm;
  std::string path;
};

struct ConvertOptions {
  CacheCounts cache = CacheCounts::All;
  double tolerance_mib = -1;  // from 0: omit rows this close to the line; negative: keep all
  double limit_mib = 0;       // for the column limit_mib; 0: no such column
  bool together = false;      // each recording begins at 0; otherwise they keep their distance
};

// The result for one recording.
struct Converted {
  std::string vm;
  std::uint64_t read = 0;  // rows
  std::uint64_t written = 0;
  std::uint64_t unknown = 0;  // rows omitted because they do not show the need
  double seconds = 0;
  double least_mib = 0, peak_mib = 0, peak_cache_mib = 0;
};

// `out` receives the trace as text, in pieces.
Result<std::vector<Converted>> convert(const std::vector<RecordingFile>& files, const ConvertOptions& options,
                                       const std::function<void(std::string_view)>& out);

}  // namespace aerostat::sim
