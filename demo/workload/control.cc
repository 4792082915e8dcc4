#include "control.h"

#include <poll.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "stat.h"
#include "worker.h"

namespace workload {

namespace {

constexpr int kRetryMs = 20;  // how often an absent port, or one without a listener, is checked

}  // namespace

void Control::command(const std::string& line) {
  if (line == "stat") {
    Event event("stat", now_ns());
    add_stat(event);
    port_.send(event.line());
  } else if (line == "progress") {
    Event event = about_task("progress", now_ns());
    add_counters(event);
    port_.send(event.add("queued", static_cast<std::int64_t>(queue_.size())).line());
  } else if (line == "stop") {
    // The phase may be over already. Then its result is on the way, and this reports the drop anyway.
    counters_.stop = true;
    Event event = about_task("stopping", now_ns());
    drop_queue(event);
    port_.send(event.line());
  } else if (line == "poweroff" || line == "reboot") {
    ::sync();
    ::reboot(line == "reboot" ? RB_AUTOBOOT : RB_POWER_OFF);
  } else {
    enqueue(line);
  }
}

void Control::enqueue(const std::string& line) {
  const char* reason = "";
  const auto phase = read_phase(line, reason);
  if (!phase) {
    port_.send(Event("refused", now_ns()).add("line", line).add("reason", reason).line());
    return;
  }
  queue_.push_back({++last_id_, line, *phase});
  port_.send(Event("queued", now_ns()).add("id", last_id_).add("phase", line).line());
  start_next();
}

void Control::start_next() {
  if (running_.id != 0 || queue_.empty() || !ensure_worker()) return;
  running_ = queue_.front();
  queue_.pop_front();
  counters_.begin_phase();
  port_.send(about_task("start", now_ns()).line());
  ::send(socket_, &running_.phase, sizeof running_.phase, MSG_NOSIGNAL);
}

bool Control::ensure_worker() {
  if (worker_ > 0) return true;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return false;
  counters_.held = 0;
  worker_ = ::fork();
  if (worker_ == 0) {
    ::close(ends[0]);
    run_worker(ends[1], counters_, folder_);
  }
  ::close(ends[1]);
  socket_ = ends[0];
  if (worker_ > 0) return true;
  ::close(socket_);
  socket_ = -1;
  return false;
}

void Control::hear_worker() {
  Outcome outcome;
  if (::recv(socket_, &outcome, sizeof outcome, 0) == static_cast<ssize_t>(sizeof outcome)) {
    report(outcome);
  } else {
    bury_worker();
  }
  start_next();
}

void Control::report(const Outcome& outcome) {
  using What = Outcome::What;
  const char* name = outcome.what == What::Done     ? "done"
                     : outcome.what == What::Failed ? "failed"
                                                    : "stopped";
  Event event = about_task(name, outcome.at_ns);
  if (outcome.what == What::Failed) event.add("reason", outcome.reason);
  add_counters(event);
  running_ = {};
  port_.send(event.line());
}

// It ended as told (`exit`), or something killed it.
void Control::bury_worker() {
  int status = 0;
  ::waitpid(worker_, &status, 0);
  ::close(socket_);
  worker_ = -1;
  socket_ = -1;
  const bool told = running_.id != 0 && running_.phase.kind == Kind::Exit && WIFEXITED(status);
  Event event = about_task(told ? "done" : "killed", now_ns());
  if (told) counters_.held = 0;
  add_counters(event);
  if (!told) {
    event.add("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    drop_queue(event);
  }
  counters_.held = 0;
  running_ = {};
  port_.send(event.line());
}

void Control::hear_port() {
  std::vector<std::string> lines;
  const bool alone = port_.receive(lines);
  for (const std::string& line : lines) command(line);
  if (alone) ::poll(nullptr, 0, kRetryMs);
}

void Control::wait_once() {
  const bool present = port_.open();
  port_.flush();
  pollfd watched[] = {{port_.descriptor(), POLLIN, 0}, {socket_, POLLIN, 0}};
  ::poll(watched, 2, present && !port_.has_unsent() ? -1 : kRetryMs);
  if (watched[1].revents != 0) hear_worker();
  if (watched[0].revents != 0) hear_port();
}

Event Control::about_task(const char* name, std::int64_t at_ns) const {
  Event event(name, at_ns);
  event.add("id", running_.id);
  if (running_.id != 0) event.add("phase", running_.words);
  return event;
}

void Control::add_counters(Event& event) const {
  event.add("touched_mib", counters_.touched / kMiB).add("held_mib", counters_.held / kMiB);
  event.add("passes", counters_.passes).add_ms("slowest_ms", counters_.slowest_ns);
}

void Control::drop_queue(Event& event) {
  event.add("dropped", static_cast<std::int64_t>(queue_.size()));
  queue_.clear();
}

}  // namespace workload
