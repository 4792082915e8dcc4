// Rows of this whole machine, from /proc.
#include "agent/common/reading.h"
#include "agent/linux/proc_parse.h"
#include "agent/linux/proc_words.h"
#include "agent/linux/row_source.h"

namespace aerostat::agent {

namespace {

// The parts of /proc/meminfo that only a recording needs.
struct Parts {
  Number anon, shmem, slab_reclaimable, slab_unreclaimable, stacks, page_tables, more_tables, vmalloc,
      per_cpu;
};

Parts parts_of(std::string_view meminfo) {
  static constexpr Wanted<Parts> kWanted[] = {
      {"AnonPages:", &Parts::anon},
      {"Shmem:", &Parts::shmem},
      {"SReclaimable:", &Parts::slab_reclaimable},
      {"SUnreclaim:", &Parts::slab_unreclaimable},
      {"KernelStack:", &Parts::stacks},
      {"PageTables:", &Parts::page_tables},
      {"SecPageTables:", &Parts::more_tables},
      {"VmallocUsed:", &Parts::vmalloc},
      {"Percpu:", &Parts::per_cpu},
  };
  Parts out;
  read_table(meminfo, kWanted, out);
  return out;
}

recording::Number kernel_of(const Parts& p) {
  if (!p.slab_unreclaimable) return {};
  std::int64_t sum = 0;
  for (const Number& part : {p.slab_reclaimable, p.slab_unreclaimable, p.stacks, p.page_tables, p.more_tables,
                             p.vmalloc, p.per_cpu}) {
    sum += part.value_or(0);
  }
  return sum;
}

}  // namespace

MachineRows::MachineRows(std::string_view root)
    : meminfo_(root, "/proc/meminfo"),
      vmstat_(root, "/proc/vmstat"),
      pressure_(root, "/proc/pressure/memory") {}

recording::Row MachineRows::look() {
  Reading reading;
  const std::string_view meminfo = meminfo_.read(buffer_.data(), buffer_.size());
  parse_meminfo(meminfo, reading);
  const Parts parts = parts_of(meminfo);
  parse_vmstat(vmstat_.read(buffer_.data(), buffer_.size()), reading);
  parse_pressure(pressure_.read(buffer_.data(), buffer_.size()), reading);

  recording::Row row;
  row.total = reading.total_kib;
  row.free = reading.free_kib;
  row.available = reading.avail_kib;
  if (row.total && row.free) row.used = *row.total - *row.free;
  row.anon = parts.anon;
  row.active_file = reading.active_file_kib;
  row.inactive_file = reading.inactive_file_kib;
  row.shmem = parts.shmem;
  row.slab_reclaimable = parts.slab_reclaimable;
  row.slab_unreclaimable = parts.slab_unreclaimable;
  row.kernel = kernel_of(parts);
  if (reading.swap_total_kib && reading.swap_free_kib)
    row.swap_used = *reading.swap_total_kib - *reading.swap_free_kib;
  row.committed = reading.committed_kib;
  row.pswpin = reading.pswpin;
  row.pswpout = reading.pswpout;
  row.pgmajfault = reading.pgmajfault;
  row.refault_file = reading.refault_file;
  row.refault_anon = reading.refault_anon;
  row.oom_kill = reading.oom_kill;
  row.psi_some_us = reading.psi_some_us;
  row.psi_full_us = reading.psi_full_us;
  return row;
}

}  // namespace aerostat::agent
