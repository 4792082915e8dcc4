// Rows of one memory cgroup: the numbers of the group and all groups below it.
#include "agent/common/reading.h"
#include "agent/linux/proc_parse.h"
#include "agent/linux/proc_words.h"
#include "agent/linux/row_source.h"

namespace aerostat::agent {

namespace {

using recording::Row;

// Version 1 reports "no limit" as nearly 2^63 bytes. So a limit this high is none.
constexpr std::int64_t kNoLimitKib = std::int64_t{1} << 50;

void to_kib(recording::Number& bytes) {
  if (bytes) bytes = *bytes / 1024;
}

void levels_to_kib(Row& row) {
  for (const auto level : {&Row::anon, &Row::active_file, &Row::inactive_file, &Row::shmem,
                           &Row::slab_reclaimable, &Row::slab_unreclaimable, &Row::kernel, &Row::swap_used}) {
    to_kib(row.*level);
  }
}

}  // namespace

CgroupRows::CgroupRows(std::string_view directory)
    : stat_(directory, "/memory.stat"),
      v2_used_(directory, "/memory.current"),
      v2_most_(directory, "/memory.max"),
      v2_swap_(directory, "/memory.swap.current"),
      v2_pressure_(directory, "/memory.pressure"),
      v2_events_(directory, "/memory.events"),
      v1_used_(directory, "/memory.usage_in_bytes"),
      v1_most_(directory, "/memory.limit_in_bytes"),
      v1_kernel_(directory, "/memory.kmem.usage_in_bytes"),
      v1_oom_(directory, "/memory.oom_control") {}

recording::Number CgroupRows::bytes_of(const KeptFile& file) {
  std::string_view text = file.read(buffer_.data(), buffer_.size());
  recording::Number value = whole(take_line(text));
  to_kib(value);
  return value;
}

Row CgroupRows::look() {
  Row row = v2_used_.opened() ? look_v2() : look_v1();
  if (row.total && *row.total >= kNoLimitKib) row.total.reset();
  if (row.total && row.used && *row.total >= *row.used) row.free = *row.total - *row.used;
  return row;
}

Row CgroupRows::look_v2() {
  static constexpr Wanted<Row> kStat[] = {
      {"anon", &Row::anon},
      {"active_file", &Row::active_file},
      {"inactive_file", &Row::inactive_file},
      {"shmem", &Row::shmem},
      {"slab_reclaimable", &Row::slab_reclaimable},
      {"slab_unreclaimable", &Row::slab_unreclaimable},
      {"kernel", &Row::kernel},
      {"pgmajfault", &Row::pgmajfault},
      {"workingset_refault_file", &Row::refault_file},
      {"workingset_refault_anon", &Row::refault_anon},
      {"pswpin", &Row::pswpin},
      {"pswpout", &Row::pswpout},
  };
  static constexpr Wanted<Row> kEvents[] = {{"oom_kill", &Row::oom_kill}};
  Row row;
  read_table(stat_.read(buffer_.data(), buffer_.size()), kStat, row);
  levels_to_kib(row);
  row.swap_used = bytes_of(v2_swap_);
  row.used = bytes_of(v2_used_);
  row.total = bytes_of(v2_most_);  // "max" is not a number
  read_table(v2_events_.read(buffer_.data(), buffer_.size()), kEvents, row);
  Reading pressure;
  parse_pressure(v2_pressure_.read(buffer_.data(), buffer_.size()), pressure);
  row.psi_some_us = pressure.psi_some_us;
  row.psi_full_us = pressure.psi_full_us;
  return row;
}

// Version 1 reports no slab and no pressure for a cgroup. total_… includes the groups below.
Row CgroupRows::look_v1() {
  static constexpr Wanted<Row> kStat[] = {
      {"total_rss", &Row::anon},
      {"total_active_file", &Row::active_file},
      {"total_inactive_file", &Row::inactive_file},
      {"total_shmem", &Row::shmem},
      {"total_swap", &Row::swap_used},
      {"total_pgmajfault", &Row::pgmajfault},
      {"total_workingset_refault_file", &Row::refault_file},
      {"total_workingset_refault_anon", &Row::refault_anon},
  };
  static constexpr Wanted<Row> kOom[] = {{"oom_kill", &Row::oom_kill}};
  Row row;
  read_table(stat_.read(buffer_.data(), buffer_.size()), kStat, row);
  levels_to_kib(row);
  row.used = bytes_of(v1_used_);
  row.total = bytes_of(v1_most_);
  row.kernel = bytes_of(v1_kernel_);
  read_table(v1_oom_.read(buffer_.data(), buffer_.size()), kOom, row);
  return row;
}

}  // namespace aerostat::agent
