// RowSource: the source of a recording's rows: this whole machine, or one of its memory cgroups (version 1 or
// 2). Files stay open; nothing is allocated. What a kernel does not report stays missing.
#pragma once

#include <array>
#include <string_view>

#include "agent/linux/system_file.h"
#include "model/recording.h"

namespace aerostat::agent {

class RowSource {
 public:
  virtual ~RowSource() = default;
  // False if there is nothing to read.
  virtual bool usable() const = 0;
  // The present levels and counters; the caller sets the time. Without `used` the source has gone.
  virtual recording::Row look() = 0;

 protected:
  std::array<char, std::size_t{32} * 1024> buffer_{};
};

class MachineRows final : public RowSource {
 public:
  explicit MachineRows(std::string_view root);
  bool usable() const override { return meminfo_.opened(); }
  recording::Row look() override;

 private:
  KeptFile meminfo_, vmstat_, pressure_;
};

class CgroupRows final : public RowSource {
 public:
  // `directory` of the cgroup, such as /sys/fs/cgroup/system.slice/web.service.
  explicit CgroupRows(std::string_view directory);
  bool usable() const override { return stat_.opened() && (v2_used_.opened() || v1_used_.opened()); }
  recording::Row look() override;

 private:
  recording::Row look_v1();
  recording::Row look_v2();
  recording::Number bytes_of(const KeptFile& file);  // a file with one number of bytes, in KiB

  KeptFile stat_, v2_used_, v2_most_, v2_swap_, v2_pressure_, v2_events_, v1_used_, v1_most_, v1_kernel_,
      v1_oom_;
};

}  // namespace aerostat::agent
