// Trace: the memory need of some VMs over time, read from CSV (gzip accepted), checked as a whole, and kept
// on disk in blocks for each VM. A replay walks each VM's rows without holding them. Format: header
// `time_s,vm,need_mib` and optionally `cache_mib` (page cache contained in need) and `limit_mib` (the VM's
// configured maximum), columns in any order. Lines that begin with # are comments. kStraightLines before the
// header says what is between rows. A VM lives from its first row to its last. Refuses, with file and line:
// missing columns, values that are not numbers, negative amounts, time that goes back.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace aerostat::sim {

// Marks a trace whose rows were fine enough to be the curve, and some of which were omitted on straight
// sections.
inline constexpr std::string_view kStraightLines = "# texture linear";

struct Row {
  double time_s;
  float need_mib;
  float cache_mib;
};

// What is known of one VM's rows without reading them again.
struct VmTrace {
  std::string name;
  double first_s = 0, last_s = 0;
  double peak_mib = 0;
  double first_mib = 0;
  double longest_gap_s = 0;  // between two rows
  double area_mib_s = 0;     // integral of need along straight lines
  double limit_mib = 0;      // the largest limit given; 0: none
  bool has_cache = false;
  bool straight = false;  // straight lines join its rows, unless told otherwise
  std::uint64_t rows = 0;

  double mean_mib() const { return last_s > first_s ? area_mib_s / (last_s - first_s) : first_mib; }
};

class Trace {
 public:
  // Reads all files as one trace. A VM with the same name in two files is one VM.
  static Result<Trace> read(const std::vector<std::string>& files);
  // From rows in memory (generators, tests). Same checks.
  static Result<Trace> of(const std::string& name, const std::vector<Row>& rows);

  Trace(Trace&&) noexcept;
  Trace& operator=(Trace&&) noexcept;
  ~Trace();

  const std::vector<VmTrace>& vms() const;
  std::uint64_t rows() const;
  double first_s() const;  // of all VMs
  double last_s() const;

  // Adds a row; `where` begins an error. Used by readers and generators.
  Result<void> add(std::string_view vm, const Row& row, double limit_mib);
  // Of the rows that are added from now on: straight lines join them.
  void set_straight(bool straight);
  Trace();

  // Reads a block of one VM's rows; empty after its last.
  std::vector<Row> block(std::size_t vm, std::size_t number) const;

 private:
  struct Store;
  std::unique_ptr<Store> store_;
};

// Walks one VM's rows, in order of time. The trace must outlive it.
class RowCursor {
 public:
  RowCursor(const Trace& trace, std::size_t vm) : trace_(&trace), vm_(vm) {}
  // False after the last row.
  bool next(Row& out);

 private:
  const Trace* trace_;
  std::size_t vm_;
  std::size_t number_ = 0, at_ = 0;
  std::vector<Row> block_;
};

}  // namespace aerostat::sim
