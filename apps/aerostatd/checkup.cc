#include "checkup.h"

#include <sys/timex.h>

#include <chrono>
#include <iterator>
#include <optional>

#include "doctor/host_checks.h"
#include "doctor/vm_checks.h"
#include "host/host_health.h"

namespace aerostat {

namespace {

constexpr Duration kKept = std::chrono::seconds(2);

// Missing: the kernel does not tell us, for example in a unit without access to clocks.
std::optional<bool> clock_synchronised() {
  timex ask{};
  const int state = ::adjtimex(&ask);
  if (state < 0) return std::nullopt;
  return state != TIME_ERROR && (ask.status & STA_UNSYNC) == 0;
}

Findings check_up(const Engine& engine, const LibvirtUsed& libvirt, const HistoryState& history) {
  Findings out = check_host({.report = engine.host(),
                             .health = host_health(),
                             .now = std::chrono::system_clock::now(),
                             .clock_synchronised = clock_synchronised(),
                             .uses_libvirt = libvirt.used,
                             .libvirt_absent = libvirt.absent,
                             .keeps_history = history.kind == HistoryState::Kind::On,
                             .history_paused = history.kind == HistoryState::Kind::Paused,
                             .history_note = history.note});
  for (VmExam& exam : engine.exams()) {
    const std::optional<pid_t> pid = exam.facts.pid;
    Findings found = check_vm({.exam = std::move(exam),
                               .process = pid ? process_health(*pid) : ProcessHealth{},
                               .version = AEROSTAT_VERSION});
    out.insert(out.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  }
  return out;
}

}  // namespace

const Findings& Checkup::findings(const LibvirtUsed& libvirt, const HistoryReader* history) {
  if (!found_at_ || clock_.now() - *found_at_ >= kKept) {
    found_ = check_up(engine_, libvirt, history != nullptr ? history->state() : HistoryState{});
    found_at_ = clock_.now();
  }
  return found_;
}

}  // namespace aerostat
