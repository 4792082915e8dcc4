// VirtualVm: a VM of the lab, including its guest. A manager sees it as a Machine and a guest's service like
// any other. Time reaches it only through advance(). Its need follows a curve. Its memory follows its target
// at the speed of physics. A guest that lacks memory pages, stalls and falls behind.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "agent/common/reporter.h"
#include "guest/guest_link.h"
#include "model/settings.h"
#include "sim/score/meter.h"
#include "sim/trace/need_curve.h"
#include "sim/world/behaviour.h"
#include "sim/world/physics.h"
#include "sim/world/zones.h"
#include "vmm/balloon_and_blocks.h"
#include "vmm/machine.h"

namespace aerostat::sim {

// The description of a virtual VM. Amounts in MiB.
struct VmSpec {
  std::string name;
  Settings settings;  // as its owner would write them; startup and maximum are required
  NeedCurve curve;
  // It booted with this and has grown since; missing: it boots with its initial memory.
  std::optional<Bytes> booted_with = {};
  double hot_cache = 1;     // share of its page cache that it comes back to
  double sensor_error = 0;  // standard deviation of the estimate's error, as a share of need
  double sample_s = 0.1;    // how often its service looks
  bool statistics = false;  // its balloon also reports its need
  std::uint64_t seed = 1;
  std::shared_ptr<const Behaviour> behaviour = nullptr;  // null: ideal
};

// Two moments or amounts no further apart count as equal.
inline constexpr double kTiny = 1e-6;
// A Linux guest always keeps a little free: its watermarks.
inline constexpr double kWatermarkMib = 4;

class VirtualVm;

// Called for every change of what a VM may hold, before the change: the host of the lab checks its laws here.
class CommitWatch {
 public:
  virtual ~CommitWatch() = default;
  virtual void committing(const VirtualVm& vm, Bytes before, Bytes after) = 0;
  // The hypervisor's own action: a reset empties the balloon, whoever has its memory by now.
  virtual void reverting(Bytes before, Bytes after) = 0;
  virtual void targeting(const VirtualVm& vm, Bytes target) = 0;
  // What the host could still commit.
  virtual Bytes spare() const = 0;
  // Its service looks earlier than announced.
  virtual void looks_sooner(const VirtualVm& vm) = 0;
};

class VirtualVm final : public Machine {
 public:
  // Starts at `now` (s) with `startup`.
  VirtualVm(VmSpec spec, const Physics& physics, double now, Bytes startup, pid_t pid, CommitWatch& watch);

  // Machine
  const VmId& id() const override { return id_; }
  const std::string& name() const override { return spec_.name; }
  const MachineFacts& facts() const override { return facts_; }
  Bytes reachable(Bytes target) const override;
  void set_target(Bytes target) override;
  void prepare_to_grow() override;
  const BalloonAndBlocks& memory() const { return memory_; }

  // The guest's service, as the host's end of the connection shows it.
  const GuestState& guest() const { return guest_; }
  void set_low_mark(Bytes available);
  void expect_growth(Bytes target);
  void prepare();  // its service should prepare memory

  // From now on it takes memory by touching it, in pieces of `grain_mib` (0: single pages), up to its maximum
  // and the host's memory, instead of waiting for orders: a VM that had its maximum from the start. Its
  // target is what it has touched.
  void take_by_faults(double grain_mib);

  // Runs until `to` (s).
  void advance(double to);
  // When the service looks next, ns.
  std::int64_t look_due() const { return reporter_.due(); }
  // The service looks, and reports if there is something to report: true if a report is under way.
  bool look();
  // The report arrives.
  void deliver();
  // Not before the curve has ended. The VM then continues with its last need.
  bool ended() const { return ended_; }

  const VmSpec& spec() const { return spec_; }
  const Limits& limits() const { return limits_; }
  double need() const { return need_; }  // including hot cache, MiB
  double need_with_cache() const { return anon_ + cache_; }
  double assigned() const { return assigned_; }  // MiB
  double committed() const { return std::max(assigned_, target_); }
  double touched() const { return touched_; }  // the part of it that its process occupies, MiB
  double born() const { return born_; }
  bool moving() const { return assigned_ != target_; }
  double progress() const { return own_; }  // its own time; behind the clock if it was starved
  Meter& meter() { return meter_; }
  const Meter& meter() const { return meter_; }
  std::uint64_t looks() const { return looks_; }
  void reset();  // the guest reboots with its boot memory
  bool wants_reset(double from, double to) const;
  bool wants_to_vanish(double from, double to) const;

 private:
  void follow_curve();
  double actuator_rate() const;
  double next_edge() const;
  bool whole_block_next() const;
  void drop_block();
  void bring_online(double before);
  double progress_rate() const;
  void live(double dt);
  void touch();
  void show_facts();
  double in_use() const;
  GuestSample sample();
  bool service_runs();

  VmSpec spec_;
  VmId id_{"sim", spec_.name};
  Physics physics_;
  CommitWatch& watch_;
  Limits limits_;
  double born_, now_, low_mark_ = 0, own_ = 0, own_offset_ = 0;
  bool ended_ = false, takes_by_faults_ = false;
  double anon_ = 0, cache_ = 0, need_ = 0;
  double assigned_, target_, base_, most_;
  double move_from_ = 0;               // the current change begins to show at this time
  bool first_block_ = false;           // no whole block has gone yet in this run of orders
  std::optional<double> block_out_;    // when the isolated block goes
  double hidden_ = 0;                  // MiB of its need that the guest does not count
  double online_ = 0;                  // MiB of its assigned memory that the guest can use
  std::optional<double> online_at_;    // when it can use all of it
  std::optional<double> prepared_at_;  // when memory will be prepared
  double swapped_ = 0, resident_cache_ = 0, known_cache_ = 0, touched_ = 0;
  double swapped_in_ = 0, swapped_out_ = 0, refaulted_ = 0;  // MiB
  double reclaimed_ = 0, stalled_ = 0;                       // MiB, s
  double fault_grain_ = 0;
  double error_ = 0, error_at_ = 0;
  Zones zones_;
  Random random_;
  MachineFacts facts_;
  BalloonAndBlocks memory_;
  GuestState guest_;
  std::optional<GuestSample> on_the_way_;
  double sampled_ = 0;
  double ran_at_ = 0;  // its service did
  agent::Reporter reporter_;
  std::uint64_t looks_ = 0;
  Meter meter_;
};

// Seconds of the lab as points in time, and back.
inline TimePoint lab_time(double s) {
  return TimePoint{std::chrono::hours(1) + Duration(std::llrint(s * 1e9))};
}

}  // namespace aerostat::sim
