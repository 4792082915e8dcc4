// Engine: the loop. It receives reports of VMs and guests, senses, lets the policy plan and the guards check,
// acts, and remembers why. It knows only interfaces: the daemon, the tests and the simulator run the same
// code. It never blocks and never waits for a VM.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "control/books.h"
#include "control/exam.h"
#include "control/journal.h"
#include "control/kernel_memory.h"
#include "control/manager.h"
#include "control/ports.h"
#include "control/start_queue.h"
#include "control/vm_record.h"
#include "guard/guards.h"
#include "guests/guest_table.h"
#include "policy/balance.h"
#include "policy/profile.h"
#include "vmm/machine.h"

namespace aerostat {

struct EngineOptions {
  Bytes capacity;  // memory VMs may share
  Bytes reserve;   // of it, kept for the host
  // Left to the host's kernel whatever the books say: below this it begins to swap and to kill.
  Bytes physical_margin = Bytes::mib(128);
  Guards guards;
  // The policy. Whatever it decides, the guards hold. The lab also tries policies that plan nonsense.
  std::function<std::vector<Wish>(const HostView&)> plan = balance;
  Profile profile = aerostat::profile(ProfileName::Balanced);
  std::string version;
  std::optional<WallTime> paused_since;  // before it started: it begins paused
  std::vector<StartReport> starts;       // that an earlier daemon had not ended
  std::vector<VmMemory> memories;        // what it knew of VMs
  // Which guests can take part in what. Outlives the engine; null: each can do what its devices allow.
  const GuestTable* guests = nullptr;
};

class Engine final : public Manager, public MachineListener, public GuestListener {
 public:
  Engine(EngineOptions options, const Clock& clock, HostSensor& host, SettingsKeeper& settings,
         GuestLinkMaker& guests, HeldBook& held, EngineHooks hooks);
  ~Engine() override;

  // One pass over all VMs: sense, decide, guard, act, record. Call it regularly (kTick), and when pass_wanted
  // requests it.
  void pass();
  // A regular pass came late; counted for the host's report.
  void count_late_tick() { ++late_ticks_; }
  // A new capacity and a newly read configuration take effect.
  void reconfigure(Bytes capacity, Bytes reserve, const Profile& profile);

  // The VM's settings were changed where they are kept, by somebody else than set().
  void settings_changed(const VmId& id);

  // What is known of each VM, for checks that explain it; by name.
  std::vector<VmExam> exams() const;

  // EngineHooks::begin_start() could not start this VM: why.
  void start_failed(const std::string& vm, const std::string& why);

  // MachineListener
  void machine_appeared(Machine& machine) override;
  void machine_changed(const VmId& id) override;
  void machine_renamed(const VmId& was, Machine& machine) override;
  void machine_vanished(const VmId& id, const std::string& why) override;
  void monitor_ignored(const std::string& place, const std::string& why) override;
  // GuestListener
  void guest_spoke(const VmId& vm) override;

  // Manager
  HostReport host() const override;
  std::vector<VmReport> vms() const override;
  std::vector<VmReport> vms_off() const override;
  Result<VmReport> vm(const std::string& name) const override;
  void set(const std::string& name, const SettingsChange& change, bool dry_run, const std::string& by,
           Answer answer) override;
  Result<VmReport> resize(const std::string& name, Bytes memory, bool dry_run,
                          const std::string& by) override;
  Result<StartReport> reserve(const StartRequest& request) override;
  Result<StartReport> start(const std::string& vm) const override;
  std::vector<StartReport> starts() const override;
  Result<StartReport> release(const std::string& vm, const std::string& by) override;
  Result<std::vector<DecisionRecord>> explain(const std::string& name, std::size_t most) const override;
  std::vector<EventRecord> events(std::uint64_t after) const override { return journal_.events_after(after); }
  std::vector<Reaction> reactions() const override { return journal_.reactions(); }
  void pause(const std::string& by) override;
  void resume(const std::string& by) override;
  void token_changed(EventCode what, const tells::OfToken& token, const std::string& by) override;

 private:
  VmRecord* find(const VmId& id);
  static std::string shown_name(std::string_view name);
  void call_by_name(const std::string& display);
  void call(VmRecord& vm, const std::string& name);
  static VmLabel label_of(const VmRecord& vm) { return {vm.name, vm.display, vm.id}; }
  const VmRecord* spoken_of(const std::string& name) const;
  std::optional<Error> several_called(const std::string& name) const;
  Error nobody_called(const std::string& name) const;
  void refresh(VmRecord& vm, TimePoint now);
  void rebooted(VmRecord& vm);
  void watch_other_hand(VmRecord& vm);
  void stop_taking(VmRecord& vm);
  void withdraw_if_static(VmRecord& vm);
  VmReport changed(const VmLabel& label, const SettingsChange& change, const std::string& by);
  void watch_stall(VmRecord& vm, TimePoint now);
  void tell_status(VmRecord& vm, Status before, const std::string& note_before);
  HostView look(Bytes spare, TimePoint now);
  bool guesses(TimePoint now) const;
  void check_commitment(TimePoint now);
  void watch_minimums();
  void decide(const HostView& view, TimePoint now);
  Outcome act(VmRecord& vm, const Ruling& ruling, TimePoint now);
  void ordered(VmRecord& vm, const Ruling& ruling, Bytes to, bool in_want, TimePoint now);
  bool prepared(VmRecord& vm, const Ruling& ruling, TimePoint now);
  bool objects(VmRecord& vm, TimePoint now);
  std::vector<Wish> plan(const HostView& view, TimePoint now);
  void prepare_to_grow(VmRecord& vm, const VmView& view);
  void note_decision(VmRecord& vm, const VmView& view, Decision decision, Bytes host_free);
  void tell_astray(const Ruling& ruling);
  void tell_guest(VmRecord& vm, const VmView& view);
  bool grow_alone(VmRecord& vm, const VmView& view, TimePoint now);
  void count(const VmRecord& vm) const;
  void count_all() const;
  void follow_process(VmRecord& vm);
  void speak_for_process(VmRecord& vm);
  void leave_process(VmRecord& vm, Bytes committed);
  void look_at_process(VmRecord& vm, TimePoint now);
  bool has_ended(const ProcessId& process) const;
  void recall_held();
  void remember_held();
  void bury_orphans(TimePoint now);
  void tell_of_orphan(const OrphanClaim& orphan);
  Result<void> host_gives(const VmRecord& vm, Bytes to) const;
  void recall_starts();
  void advance_starts(Bytes spare, TimePoint now);
  void begin_if_ready(const Start& start);
  void tell_of_start(const Start& start, const std::string& by = {});
  void remember_starts();
  void recall_memory(VmRecord& vm);
  void remember_vms();
  StartReport report_of_start(const Start& start) const;
  std::string why_of(const Start& start) const;
  std::string why_waiting(const Start& start) const;
  std::string why_gathering(const Start& start) const;
  std::string holders(const std::string& but = {}) const;
  Bytes spare_physical(std::optional<Bytes> available, TimePoint now);
  void keep_pause();
  std::vector<std::string> warnings(const std::string& name, const VmReport& after) const;
  std::vector<std::string> known_names() const;
  void event(EventCode code, const std::string& vm, EventDetail detail = {}, const std::string& by = {});

  EngineOptions options_;
  Profile by_statistics_ = by_statistics(options_.profile);
  const Clock& clock_;
  HostSensor& host_;
  SettingsKeeper& settings_;
  GuestLinkMaker& guests_;
  HeldBook& held_;
  EngineHooks hooks_;
  mutable Books books_;  // counts follow the machines' facts: brought up to date before they are read
  StartQueue starts_;
  Bytes spare_;  // what the host's kernel had to spare at the last pass
  KernelMemory kernel_;
  std::map<std::string, std::unique_ptr<VmRecord>> vms_;  // by the names that people use
  std::map<VmId, VmRecord*> by_id_;
  std::map<pid_t, VmRecord*> by_pid_;  // of the VMs that show one process, the one that is counted
  std::set<std::string> seen_;         // all that ran since the daemon started
  std::vector<VmRecord*> records_;     // in the order of the last look's HostView::vms
  std::optional<FairPool> fair_;       // as of the last pass, while the VMs are the same
  std::vector<OrphanClaim> remembered_orphans_;
  std::size_t remembered_vms_ = 0;
  std::map<VmId, VmMemory> memories_;  // as last given away
  Journal journal_;
  bool paused_ = false;
  std::optional<WallTime> paused_since_;
  std::string pause_note_;
  std::optional<Bytes> host_has_;  // in all, as last read
  bool over_committed_ = false;
  bool told_astray_ = false;
  bool somebody_waits_ = false;  // in the last pass a VM wanted more than there was
  Bytes reclaimed_;
  std::uint64_t passes_ = 0, over_committed_passes_ = 0, late_ticks_ = 0;
};

}  // namespace aerostat
