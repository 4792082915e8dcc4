#include "agent/linux/agent.h"

#include <poll.h>
#include <signal.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "agent/linux/os_release.h"

namespace aerostat::agent {

Agent::Agent(const Options& options)
    : options_(options),
      sampler_(options.root),
      port_(options.root, options.port),
      onliner_(options.root, sampler_, notices_),
      compactor_(options.root),
      overcommit_(options.root, options.relax_overcommit),
      hooks_(options.root, options.hooks_user, notices_) {
  utsname system{};
  if (::uname(&system) == 0) {
    std::snprintf(release_.data(), release_.size(), "%.70s", system.release);
    std::snprintf(arch_.data(), arch_.size(), "%.70s", system.machine);
  }
  const std::string_view about =
      read_small(Path(options.root, "/etc/os-release").c_str(), about_.data(), about_.size());
  name_ = os_release_value(about, "NAME");
  version_ = os_release_value(about, "VERSION_ID");
  read_small(Path(options.root, "/proc/sys/kernel/random/boot_id").c_str(), boot_id_.data(), 36);
}

void Agent::run(const volatile int& stop) {
  if (options_.online) can_online_ = onliner_.start();
  while (stop == 0) {
    std::int64_t now = now_ns();
    if (!host_there_ && now >= retry_at_) open_port(now);
    wait(now);
    now = now_ns();
    if (kernel_speaks_) hear_kernel(now);
    onliner_.work(now);
    if (host_there_ && host_speaks_) listen(now);
    if (host_there_ && talk_.hello_due(now)) say_hello(now);
    if (host_there_ && talk_.welcomed()) {
      if (now >= reporter_.due()) look(now);
      tell_notices();
    }
    work_hooks(now);
    watch_hooks(now);
    overcommit_.work(now);
  }
  overcommit_.restore();
  onliner_.restore();
}

void Agent::open_port(std::int64_t now) {
  retry_at_ = now + kPortRetry;
  if (!port_.opened()) {
    const int error = port_.open();
    tell_port(error);
    if (error != 0) return;
  }
  pollfd ask{port_.fd(), POLLIN, 0};
  if (::poll(&ask, 1, 0) < 0 || (ask.revents & (POLLERR | POLLNVAL)) != 0) return port_.shut();
  if ((ask.revents & POLLHUP) != 0) return;  // the port is there, the host is not
  port_.forget();
  lines_.reset();
  notices_.new_host();
  host_there_ = true;
  talk_.opened(now);
}

// Whoever starts it by hand sees why nothing happens. Once: the port may come later.
void Agent::tell_port(int error) {
  if (error == told_port_) return;
  told_port_ = error;
  if (error == 0) return;
  const std::string_view name = options_.port.empty() ? "org.aerostat.guest.0" : options_.port;
  const char* const why = error == ENODEV ? "it is neither a device nor a socket" : std::strerror(error);
  std::fprintf(stderr, "aerostat-guest: cannot open the port %.*s: %s; it is tried again\n",
               static_cast<int>(name.size()), name.data(), why);
}

void Agent::lose_host(std::int64_t now) {
  host_there_ = false;
  talk_.closed();
  port_.forget();
  retry_at_ = now + kPortRetry;
}

std::int64_t Agent::next_deadline() const {
  std::int64_t due = std::min(onliner_.due(), hooks_.due());
  if (!host_there_) return std::min(due, retry_at_);
  due = std::min(due, talk_.due());
  if (talk_.welcomed()) due = std::min(due, reporter_.due());
  return due;
}

void Agent::wait(std::int64_t now) {
  // poll() ignores descriptor -1: the port while its host is away, or what this system lacks.
  pollfd fds[] = {
      {host_there_ ? port_.fd() : -1, static_cast<short>(port_.unsent() ? POLLIN | POLLOUT : POLLIN), 0},
      {uevents_.fd(), POLLIN, 0},
      {compactor_.fd(), POLLIN, 0},
      {hooks_.fd(), POLLIN, 0}};
  const std::int64_t left = std::clamp<std::int64_t>(next_deadline() - now, 0, kHousekeeping);
  const timespec timeout = timespec_of(left);
  sigset_t none, blocked;
  sigemptyset(&none);
  kernel_speaks_ = host_speaks_ = false;
  if (::ppoll(fds, 4, &timeout, &none) <= 0) return;
  // A wait that finds something at once lets no signal in: a host that never pauses would make it deaf.
  ::sigprocmask(SIG_SETMASK, &none, &blocked);
  ::sigprocmask(SIG_SETMASK, &blocked, nullptr);
  host_speaks_ = fds[0].revents != 0;
  kernel_speaks_ = fds[1].revents != 0;
  if ((fds[0].revents & POLLOUT) != 0) port_.flush();
  if ((fds[2].revents & POLLIN) != 0) {
    const Compactor::Done done = compactor_.take();
    if (done.any && done.error != 0) notices_.add("compact", "compact_memory", done.error);
    if (done.any && talk_.welcomed()) port_.send(prepared_line(writer_, done.id));
  }
  if ((fds[0].revents & (POLLERR | POLLNVAL)) != 0) port_.shut();
  // Earlier messages of the host are useless now.
  if ((fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
    if (port_.is_socket()) port_.shut();
    lose_host(now_ns());
  }
}

void Agent::listen(std::int64_t now) {
  for (int reads = 0; reads < kReadsMost; ++reads) {
    bool gone = false;
    std::string_view bytes = port_.receive(gone);
    if (gone) {
      port_.shut();
      return lose_host(now);
    }
    if (bytes.empty()) return;
    for (LineReader::Step step = lines_.next(bytes); step.found != LineReader::Found::Nothing;
         step = lines_.next(bytes)) {
      if (step.found == LineReader::Found::Line) obey(read_host_line(step.line), now);
    }
  }
}

void Agent::obey(const HostMessage& message, std::int64_t now) {
  using Kind = HostMessage::Kind;
  if (message.kind == Kind::Nothing || !talk_.heard(message, now)) return;
  const int error = overcommit_.managed(now);
  if (error != 0) notices_.add("overcommit", "overcommit_memory", error);
  switch (message.kind) {
    case Kind::Welcome: {
      const std::int64_t sample =
          options_.sample_ns > 0 ? options_.sample_ns : message.sample_ms.value_or(100) * kMs;
      reporter_.start(now, sample, message.keepalive_ms.value_or(1000) * kMs);
      break;
    }
    case Kind::Low: reporter_.set_low_mark(message.kib, now); break;
    case Kind::Expect: reporter_.expect(message.kib, now); break;
    case Kind::Prepare: prepare(message, now); break;
    case Kind::Ping: port_.send(pong_line(writer_, message.id, now_ns())); break;
    default: break;
  }
}

// First the programs, which may refuse; then the kernel.
void Agent::prepare(const HostMessage& message, std::int64_t now) {
  prepare_id_ = message.id;
  const bool asks = total_kib_ && (hooks_.running() || hooks_.any(Hooks::When::BeforeShrink));
  if (!asks) return make_ready(message.id);
  asked_kib_ = std::max<std::int64_t>(0, *total_kib_ - message.kib);
  work_hooks(now);
}

void Agent::answer(std::string_view refusal) {
  if (refusal.empty()) return make_ready(prepare_id_);
  if (talk_.welcomed()) port_.send(prepared_line(writer_, prepare_id_, refusal));
}

void Agent::make_ready(std::int64_t id) {
  if (compactor_.possible()) return compactor_.start(id);
  if (talk_.welcomed()) port_.send(prepared_line(writer_, id));
}

void Agent::work_hooks(std::int64_t now) {
  const Hooks::Done done = hooks_.step(now);
  if (done.any && host_asked_) {
    host_asked_ = false;
    // Who refused, or was not done, hears of it once more when the memory has gone all the same.
    const bool missed = done.late || !done.refusal.empty();
    if (missed && done.heard) size_.some_missed_it();
    if (missed && !done.heard) size_.nobody_heard();
    // A newer request asks them again.
    if (!asked_kib_) answer(done.refusal);
  }
  if (hooks_.running() || !total_kib_) return;
  if (asked_kib_) {
    hooks_.start(Hooks::When::BeforeShrink, *total_kib_, *asked_kib_, now);
    size_.told(*asked_kib_, now);
    asked_kib_.reset();
    host_asked_ = true;
    return;
  }
  if (!talk_.welcomed()) size_.looks_away();
  const auto change = size_.due(now);
  if (!change) return;
  size_.told(change->new_kib, now);
  // What has gone already nobody can refuse.
  const auto when = change->new_kib < change->old_kib ? Hooks::When::BeforeShrink : Hooks::When::AfterGrowth;
  if (hooks_.any(when)) hooks_.start(when, change->old_kib, change->new_kib, now, false);
}

// A hello while the host waits for an answer would make it wait no longer.
void Agent::watch_hooks(std::int64_t now) {
  if (now < look_for_hooks_at_ || !talk_.welcomed() || hooks_.running() || asked_kib_) return;
  look_for_hooks_at_ = now + kHooksLook;
  if (hooks_.there_are(Hooks::When::BeforeShrink) != told_hooks_) say_hello(now);
}

void Agent::look(std::int64_t now) {
  const Glance glance = sampler_.glance();
  if (reporter_.rests(now, glance)) return;
  Reading reading = sampler_.levels();
  total_kib_ = reading.total_kib;
  if (total_kib_) size_.saw(*total_kib_, now);
  const Reporter::Verdict verdict =
      reporter_.look(now,
                     {reading.total_kib, room_left(reading), reading.normal_free_kib, reading.active_file_kib,
                      reading.refault_file, reclaimed(reading)},
                     glance);
  if (can_online_) onliner_.watch(reading.total_kib, reading.normal_free_kib);
  if (!verdict.send) return;
  sampler_.complete(reading);
  // A host that does not read gets the next sample. Queued samples would be stale.
  if (!port_.unsent()) port_.send(sample_line(writer_, ++seq_, verdict.why, reading, verdict.low_since_ns));
}

void Agent::hear_kernel(std::int64_t now) {
  for (Uevents::Event event = uevents_.next(); event.kind != Uevents::Kind::None; event = uevents_.next()) {
    if (event.kind == Uevents::Kind::Lost && can_online_) onliner_.lost_track(now);
    if (event.kind == Uevents::Kind::Added && can_online_) onliner_.appeared(event.block, now);
    if (event.kind == Uevents::Kind::Online) reporter_.look_now(now);
  }
}

void Agent::tell_notices() {
  while (const Notice* notice = notices_.next()) {
    if (port_.unsent() || !port_.send(notice_line(writer_, notice->what.data(), notice->text.data()))) return;
    notices_.drop();
  }
}

void Agent::say_hello(std::int64_t now) {
  Identity who;
  who.agent = AEROSTAT_VERSION;
  who.os = "linux";
  who.release = release_.data();
  who.boot_id = boot_id_.data();
  who.name = name_;
  who.version = version_;
  who.arch = arch_.data();
  who.compacts = compactor_.possible();
  who.hooks = hooks_.any(Hooks::When::BeforeShrink);
  who.onlines = can_online_;
  who.relaxes_overcommit = options_.relax_overcommit;
  if (!port_.unsent()) {
    port_.send(hello_line(writer_, who));
    told_hooks_ = who.hooks;
  }
  talk_.said_hello(now);
}

}  // namespace aerostat::agent
