// FakeManager: for tests. Answers from plain members and records the requests.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "control/manager.h"

namespace aerostat {

class FakeManager final : public Manager {
 public:
  struct Change {
    std::string vm;
    SettingsChange change;
    bool dry_run;
  };

  HostReport host() const override { return host_report; }
  std::vector<VmReport> vms() const override { return vm_reports; }
  std::vector<VmReport> vms_off() const override { return off_reports; }
  Result<VmReport> vm(const std::string& name) const override {
    for (const VmReport& report : vm_reports) {
      if (report.name == name) return report;
    }
    return fail(Error::Kind::NotFound, "there is no VM '" + name + "'");
  }
  void set(const std::string& name, const SettingsChange& change, bool dry_run, const std::string& by,
           Answer answer) override {
    if (never_answers) return unanswered.push_back(std::move(answer));
    if (refusal) return answer(fail(*refusal));
    changes.push_back({name, change, dry_run});
    asked_by.push_back(by);
    answer(vm(name));
  }
  Result<VmReport> resize(const std::string& name, Bytes memory, bool dry_run,
                          const std::string& by) override {
    asked_by.push_back(by);
    if (refusal) return fail(*refusal);
    Result<VmReport> out = vm(name);
    if (out) out->target = memory;
    if (out && !dry_run) resized[name] = memory;
    return out;
  }
  Result<StartReport> reserve(const StartRequest& request) override {
    asked_by.push_back(request.asked_by);
    if (refusal) return fail(*refusal);
    StartReport out;
    out.request = request;
    out.state = StartState::Gathering;
    start_reports.push_back(out);
    return out;
  }
  Result<StartReport> start(const std::string& vm) const override {
    for (const StartReport& report : start_reports) {
      if (report.request.vm == vm) return report;
    }
    return fail(Error::Kind::NotFound, "nobody asked for memory for '" + vm + "'");
  }
  std::vector<StartReport> starts() const override { return start_reports; }
  Result<StartReport> release(const std::string& vm, const std::string& by) override {
    asked_by.push_back(by);
    Result<StartReport> out = start(vm);
    std::erase_if(start_reports, [&](const StartReport& report) { return report.request.vm == vm; });
    return out;
  }
  Result<std::vector<DecisionRecord>> explain(const std::string& name, std::size_t most) const override {
    if (const auto known = vm(name); !known) return fail(known.error());
    const std::size_t count = std::min(most, decisions.size());
    return std::vector<DecisionRecord>(decisions.end() - static_cast<std::ptrdiff_t>(count), decisions.end());
  }
  std::vector<EventRecord> events(std::uint64_t after) const override {
    std::vector<EventRecord> out;
    for (const EventRecord& event : event_records) {
      if (event.seq > after) out.push_back(event);
    }
    return out;
  }
  std::vector<Reaction> reactions() const override { return reaction_records; }
  void pause(const std::string& by) override {
    asked_by.push_back(by);
    host_report.paused = true;
  }
  void resume(const std::string& by) override {
    asked_by.push_back(by);
    host_report.paused = false;
  }
  void token_changed(EventCode what, const tells::OfToken& token, const std::string& by) override {
    event_records.push_back({event_records.size() + 1, WallTime{}, what, "", token, by});
  }

  void add_vm(const std::string& name) {
    VmReport report;
    report.name = name;
    report.status = Status::Ok;
    report.assigned = Bytes::mib(512);
    vm_reports.push_back(report);
  }
  void add_event(const std::string& text) {
    event_records.push_back({event_records.size() + 1, WallTime{}, EventCode::VmGrow, "web", text});
  }

  HostReport host_report;
  std::vector<VmReport> vm_reports, off_reports;
  std::vector<DecisionRecord> decisions;
  std::vector<EventRecord> event_records;
  std::vector<Reaction> reaction_records;
  std::vector<StartReport> start_reports;
  std::map<std::string, Bytes> resized;
  std::optional<Error> refusal;
  std::vector<Change> changes;
  std::vector<std::string> asked_by;  // of all requests that change something, in their order
  bool never_answers = false;         // to changes
  std::vector<Answer> unanswered;
};

}  // namespace aerostat
