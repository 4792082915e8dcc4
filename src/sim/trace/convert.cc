#include "sim/trace/convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "base/text.h"
#include "sim/trace/need_curve.h"
#include "sim/trace/recording_csv.h"
#include "sim/trace/thin.h"
#include "sim/trace/trace.h"

namespace aerostat::sim {

namespace {

// Rows are sometimes written late: a mean of kFineRows and this much is still fine.
constexpr double kLateness = 1.1;

struct Span {
  std::int64_t first_ms = 0, last_ms = 0;
  std::uint64_t rows = 0;

  double mean_gap_s() const {
    return rows > 1 ? static_cast<double>(last_ms - first_ms) / 1000 / static_cast<double>(rows - 1) : 0;
  }
};

Result<Span> span_of(const std::string& path) {
  Span out;
  const auto look = [&](const recording::Row& row) {
    if (out.rows++ == 0) out.first_ms = row.ms;
    out.last_ms = row.ms;
    return Result<void>{};
  };
  if (const Result<void> read = read_recording(path, look); !read) return fail(read.error());
  if (out.rows == 0)
    return fail(Error::Kind::Invalid, fmt::format("recording {}: has a header and no rows", printable(path)));
  return out;
}

Result<void> check_names(const std::vector<RecordingFile>& files) {
  std::set<std::string> names;
  for (const RecordingFile& file : files) {
    if (!is_vm_name(file.vm))
      return fail(Error::Kind::Invalid, fmt::format("'{}' is not a valid VM name; write NAME={}",
                                                    printable(file.vm, 64), printable(file.path)));
    if (!names.insert(file.vm).second)
      return fail(Error::Kind::Invalid,
                  fmt::format("two recordings are named '{}'; distinguish them with NAME={}", file.vm,
                              printable(file.path)));
  }
  return {};
}

// To 10 ms: a slightly late row is not rougher than the others.
double time_of(std::int64_t ms) { return std::round(static_cast<double>(ms) / 10) / 100; }
double rounded(double mib) { return std::round(mib * 100) / 100; }

Result<Converted> convert_one(const RecordingFile& file, const ConvertOptions& o, std::int64_t zero_ms,
                              const std::function<void(std::string_view)>& out) {
  Converted about{.vm = file.vm};
  Thin thin(o.tolerance_mib, 2 * kFineRows, [&](const TraceRow& row) {
    out(fmt::format("{:.2f},{},{:.2f},{:.2f}", row.time_s, file.vm, row.need_mib, row.cache_mib));
    out(o.limit_mib > 0 ? fmt::format(",{:g}\n", o.limit_mib) : "\n");
    ++about.written;
  });
  std::optional<double> first_s;
  const auto take = [&](const recording::Row& row) {
    ++about.read;
    const std::optional<NeedRow> need = need_of(row, o.cache);
    if (!need) {
      ++about.unknown;
      return Result<void>{};
    }
    const TraceRow next{time_of(row.ms - zero_ms), rounded(need->need_mib), rounded(need->cache_mib)};
    if (!first_s) {
      first_s = next.time_s;
      about.least_mib = next.need_mib;
    }
    about.seconds = next.time_s - *first_s;
    about.least_mib = std::min(about.least_mib, next.need_mib);
    about.peak_mib = std::max(about.peak_mib, next.need_mib);
    about.peak_cache_mib = std::max(about.peak_cache_mib, next.cache_mib);
    thin.add(next);
    return Result<void>{};
  };
  if (const Result<void> read = read_recording(file.path, take); !read) return fail(read.error());
  thin.finish();
  if (about.written == 0)
    return fail(Error::Kind::Invalid,
                fmt::format("recording {}: no row shows the used memory; its columns used_kib, total_kib and "
                            "free_kib are empty",
                            printable(file.path)));
  return about;
}

}  // namespace

Result<std::vector<Converted>> convert(const std::vector<RecordingFile>& files, const ConvertOptions& options,
                                       const std::function<void(std::string_view)>& out) {
  if (const Result<void> names = check_names(files); !names) return fail(names.error());
  std::vector<Span> spans;
  spans.reserve(files.size());
  for (const RecordingFile& file : files) {
    const Result<Span> span = span_of(file.path);
    if (!span) return fail(span.error());
    if (options.tolerance_mib >= 0 && span->mean_gap_s() > kFineRows * kLateness)
      return fail(
          Error::Kind::Refused,
          fmt::format("recording {}: its rows are {:.2f} s apart, and the need between them is unknown, so "
                      "no row can be omitted; record with --every 100ms, or omit --tolerance",
                      printable(file.path), span->mean_gap_s()));
    spans.push_back(*span);
  }
  std::int64_t zero_ms = spans.empty() ? 0 : spans.front().first_ms;
  for (const Span& span : spans) zero_ms = std::min(zero_ms, span.first_ms);

  if (options.tolerance_mib >= 0)
    out(fmt::format("{}; rows within {:g} MiB of the line are omitted\n", kStraightLines,
                    options.tolerance_mib));
  out(options.limit_mib > 0 ? "time_s,vm,need_mib,cache_mib,limit_mib\n" : "time_s,vm,need_mib,cache_mib\n");
  std::vector<Converted> done;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Result<Converted> one =
        convert_one(files[i], options, options.together ? spans[i].first_ms : zero_ms, out);
    if (!one) return fail(one.error());
    done.push_back(*one);
  }
  return done;
}

}  // namespace aerostat::sim
