#include "agent/windows/agent.h"

#include <algorithm>

namespace aerostat::agent {

Agent& Agent::only(const Options& options, Journal& journal) {
  static Agent agent(options, journal);
  return agent;
}

void Agent::run(HANDLE stop) {
  for (;;) {
    std::int64_t now = now_ns();
    if (!port_.opened() && now >= retry_at_) open_port(now);
    // This thread started the port's reads, and no other can cancel them.
    if (!wait(stop, now)) return port_.shut();
    now = now_ns();
    if (port_.opened()) listen(now);
    if (port_.opened() && talk_.hello_due(now)) say_hello(now);
    if (port_.opened() && talk_.welcomed() && now >= reporter_.due()) look(now);
  }
}

void Agent::open_port(std::int64_t now) {
  retry_at_ = now + kPortRetry;
  const bool opened = port_.open();
  // Once: it may come later.
  if (port_.open_error() != told_port_) {
    told_port_ = port_.open_error();
    if (told_port_ != 0) journal_.no_port(told_port_);
  }
  if (!opened) return;
  lines_.reset();
  talk_.opened(now);
}

void Agent::lose_host(std::int64_t now) {
  const bool welcomed = talk_.welcomed();
  port_.shut();
  talk_.closed();
  retry_at_ = now + kPortRetry;
  if (welcomed) journal_.host_went(port_.last_error());
}

std::int64_t Agent::next_deadline() const {
  if (!port_.opened()) return retry_at_;
  return talk_.welcomed() ? std::min(talk_.due(), reporter_.due()) : talk_.due();
}

bool Agent::wait(HANDLE stop, std::int64_t now) {
  HANDLE events[4] = {stop};
  DWORD count = 1;
  if (port_.opened()) {
    events[count++] = port_.read_event();
    if (port_.unsent()) events[count++] = port_.write_event();
  }
  // It stays signalled while memory is low: then the clock is waited for, as always.
  const bool watch = port_.opened() && talk_.welcomed() && !low_ && system_.low_memory_event() != nullptr;
  const DWORD low = count;
  if (watch) events[count++] = system_.low_memory_event();
  const std::int64_t left = std::clamp<std::int64_t>(next_deadline() - now, 0, kHousekeeping);
  // Rounded up: a wait that ends early would be followed by one of nothing.
  const DWORD found =
      WaitForMultipleObjects(count, events, FALSE, static_cast<DWORD>((left + kMs - 1) / kMs));
  if (found == WAIT_OBJECT_0) return false;
  if (watch && found == WAIT_OBJECT_0 + low) reporter_.look_now(now_ns());
  if (port_.opened() && !port_.written()) lose_host(now_ns());
  return true;
}

void Agent::listen(std::int64_t now) {
  for (int reads = 0; reads < kReadsMost; ++reads) {
    bool gone = false;
    std::string_view bytes = port_.receive(gone);
    if (gone) return lose_host(now);
    if (bytes.empty()) return;
    for (LineReader::Step step = lines_.next(bytes); step.found != LineReader::Found::Nothing;
         step = lines_.next(bytes)) {
      if (step.found == LineReader::Found::Line) obey(read_host_line(step.line), now);
    }
    if (!port_.read_on()) return lose_host(now);
  }
}

void Agent::obey(const HostMessage& message, std::int64_t now) {
  using Kind = HostMessage::Kind;
  if (message.kind == Kind::Nothing) return;
  const bool was_welcomed = talk_.welcomed();
  const bool may_act = talk_.heard(message, now);
  if (message.kind == Kind::Reject) journal_.rejected(message.reason);
  if (!may_act) return;
  switch (message.kind) {
    case Kind::Welcome: {
      const std::int64_t sample =
          options_.sample_ns > 0 ? options_.sample_ns : message.sample_ms.value_or(100) * kMs;
      reporter_.start(now, sample, message.keepalive_ms.value_or(1000) * kMs);
      if (!was_welcomed) journal_.host_came();
      break;
    }
    case Kind::Low: reporter_.set_low_mark(message.kib, now); break;
    case Kind::Expect: reporter_.expect(message.kib, now); break;
    case Kind::Ping: port_.send(pong_line(writer_, message.id, now_ns())); break;
    default: break;  // Prepare: Windows cannot be asked to compact
  }
}

void Agent::look(std::int64_t now) {
  const Reading reading = reading_of(system_.memory(), now_ns());
  Reporter::Verdict verdict = reporter_.look(now, {reading.total_kib, room_left(reading), {}, {}, {}, {}});
  const bool low = reading.low_memory.value_or(0) != 0;
  if (low != low_) {
    // The kernel's own mark. The balloon's driver stops to inflate there.
    verdict.send = true;
    if (low) verdict.why = Cause::Low;
    low_ = low;
  }
  if (!verdict.send) return;
  // A host that does not read gets the next sample. Queued samples would be stale.
  if (!port_.unsent()) port_.send(sample_line(writer_, ++seq_, verdict.why, reading, verdict.low_since_ns));
}

void Agent::say_hello(std::int64_t now) {
  if (!port_.unsent()) port_.send(hello_line(writer_, system_.identity()));
  talk_.said_hello(now);
}

}  // namespace aerostat::agent
