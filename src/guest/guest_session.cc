#include "guest/guest_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace aerostat {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kKeepalive = seconds(1);      // a sample at least this often
constexpr Duration kSample = milliseconds(100);  // how often the guest looks: tens of microseconds each
constexpr Duration kSilence = 3 * kKeepalive;    // one or two keepalives may be late; three may not
constexpr Duration kPingEvery = seconds(1);
constexpr Duration kPingLost = seconds(5);  // a later pong is useless
// Garbage: one bad line may be an accident of the channel. Ten in ten seconds are not.
constexpr std::size_t kRefusedMost = 10;
constexpr Duration kRefusedWindow = seconds(10);
constexpr Duration kProbation = seconds(10);  // of good behaviour, until a faulty service is accepted again
// The busiest honest agent looks every 10 ms: 100 messages a second. Twice that, sustained, is a flood.
constexpr double kMessagesPerSecond = 200;
constexpr double kMessagesBurst = 400;
// An agent says hello by itself. Ask only if it may believe that it already has.
constexpr Duration kAskAgain = seconds(10);
constexpr Duration kAskStranger = seconds(1);  // a peer sends messages without having said hello
// The guest looks quickly for one second. Repeating the request a little earlier keeps it looking.
constexpr Duration kExpectAgain = milliseconds(900);
constexpr Duration kLowSinceMost = seconds(10);  // the oldest guest time accepted
constexpr Duration kPrepareAgain =
    seconds(2);  // compaction is not free: an unanswered request is repeated after this

// The contradictions of docs/design/protocol.md; empty: none.
std::string contradiction(const GuestSample& s, Bytes most_visible) {
  if (s.total && *s.total <= Bytes{}) return "claims to have no memory at all";
  if (s.total && *s.total > most_visible) {
    return fmt::format("claims {} in total, more than the {} this VM can have", format_bytes(*s.total),
                       format_bytes(most_visible));
  }
  struct Part {
    const char* name;
    const std::optional<Bytes>& part;
    const std::optional<Bytes>& whole;
  };
  const Part parts[] = {{"available", s.available, s.total},
                        {"free", s.free, s.total},
                        {"active file", s.active_file, s.total},
                        {"inactive file", s.inactive_file, s.total},
                        {"apart", s.apart, s.total},
                        {"normal free", s.normal_free, s.total},
                        {"normal file", s.normal_file, s.total},
                        {"free swap", s.swap_free, s.swap_total}};
  for (const Part& p : parts) {
    if (p.part && p.whole && *p.part > *p.whole) {
      return fmt::format("claims {} of {} memory in a total of {}", format_bytes(*p.part), p.name,
                         format_bytes(*p.whole));
    }
  }
  return {};
}

}  // namespace

void GuestSession::connected(TimePoint now) {
  connected_ = true;
  first_line_ = true;
  greeted_ = false;
  lines_.reset();
  out_.clear();
  ping_.reset();
  // A peer that says hello from now on is new, or must be told everything again.
  if (!faulty()) state_.service = Service::Absent;
  if (!faulty()) state_.note.clear();
  state_.unread.clear();
  ask_who(now);
}

void GuestSession::disconnected(const std::string& why) {
  connected_ = false;
  out_.clear();
  ping_.reset();
  offset_.forget();
  state_.unread.clear();
  if (faulty()) {
    probation_.reset();
    return;
  }
  state_.service = Service::Absent;
  state_.note = why;
}

void GuestSession::port_refused(const std::string& why) {
  disconnected(why);
  if (faulty()) return;
  state_.service = Service::Unsupported;
  state_.note = why;
}

bool GuestSession::receive(std::string_view bytes, TimePoint now) {
  bool news = false;
  for (auto step = lines_.next(bytes); step.found != LineReader::Found::Nothing; step = lines_.next(bytes)) {
    const bool first = std::exchange(first_line_, false);
    const bool was_faulty = faulty();
    if (!spend_message(now)) {
      make_faulty(fmt::format("sent more than {:.0f} messages a second", kMessagesPerSecond), now);
    } else if (step.found == LineReader::Found::TooLong) {
      ++state_.rejected;
      make_faulty(fmt::format("sent a line longer than {} bytes", kLineMost), now);
    } else if (auto message = wire::parse(step.line)) {
      handle(*message, now);
      news = true;
    } else if (!first) {
      refuse("sent " + message.error().message, now);
    }
    news = news || was_faulty != faulty();
  }
  return news;
}

// False: the guest has sent more than its share.
bool GuestSession::spend_message(TimePoint now) {
  const double earned = aerostat::seconds(now - bucket_at_) * kMessagesPerSecond;
  messages_left_ =
      bucket_at_ == TimePoint{} ? kMessagesBurst : std::min(kMessagesBurst, messages_left_ + earned);
  bucket_at_ = now;
  if (messages_left_ < 1) return false;
  messages_left_ -= 1;
  return true;
}

void GuestSession::handle(const wire::Message& message, TimePoint now) {
  ++state_.messages;
  if (const auto* hello = std::get_if<wire::Hello>(&message)) return hear_hello(*hello, now);
  if (!greeted_) {
    // An agent that was welcomed by an earlier daemon.
    if (now - who_asked_ >= kAskStranger) ask_who(now);
    return;
  }
  const auto* sample = std::get_if<wire::Sample>(&message);
  if (sample && (speaking() || state_.service == Service::Silent)) return hear_sample(*sample, now);
  if (!speaking()) return;
  if (const auto* pong = std::get_if<wire::Pong>(&message)) return hear_pong(*pong, now);
  if (const auto* prepared = std::get_if<wire::Prepared>(&message)) {
    if (!preparing_ || prepared->id != prepare_id_) return;
    preparing_.reset();
    state_.prepared = true;
    state_.refusal = prepared->refusal;
    return;
  }
  if (const auto* notice = std::get_if<wire::Notice>(&message)) {
    state_.complaint = notice->what.empty() ? notice->text : notice->what + ": " + notice->text;
  }
}

void GuestSession::hear_hello(const wire::Hello& hello, TimePoint now) {
  state_.unread.clear();
  if (hello.boot_id != boot_id_) {
    // Another boot: other counters, another clock.
    boot_id_ = hello.boot_id;
    state_.sample.reset();
    state_.low_since.reset();
    state_.complaint.clear();
    offset_.forget();
  }
  state_.agent_version = hello.agent;
  state_.system = hello.system;
  state_.os = guest_system_text(hello.system);
  state_.balloon_in_total = hello.balloon_in_total;
  state_.can_compact = hello.can_compact;
  state_.asks_programs = hello.asks_programs;
  state_.can_online = hello.can_online;
  state_.relaxes_overcommit = hello.relaxes_overcommit;
  if (hello.version.major != wire::kOurs.major) {
    const std::string reason = fmt::format("protocol {} is not supported; this host speaks {}",
                                           hello.version.major, wire::kOurs.major);
    send(wire::reject(reason));
    greeted_ = false;
    if (faulty()) return;
    state_.service = Service::Unsupported;
    state_.note = reason;
    return;
  }
  const wire::Version chosen{wire::kOurs.major, std::min(hello.version.minor, wire::kOurs.minor)};
  send(wire::welcome(chosen, kKeepalive, kSample));
  greeted_ = true;
  sent_low_.reset();
  expected_.reset();
  preparing_.reset();
  ping_.reset();
  if (faulty()) {
    if (!probation_) probation_ = now;
    return;
  }
  // A greeting is no report. One that comes again and again must not keep old numbers alive.
  if (state_.service == Service::Silent) return;
  if (!speaking()) return speak(now);
  if (low_mark_) set_low_mark(*low_mark_, now);
}

// The service is accepted from now on.
void GuestSession::speak(TimePoint now) {
  state_.service = Service::Speaking;
  state_.note.clear();
  ping_due_ = now;
  report_due_from_ = now;
  if (low_mark_) set_low_mark(*low_mark_, now);
}

void GuestSession::hear_sample(const wire::Sample& sample, TimePoint now) {
  const std::string wrong = contradiction(sample.numbers, most_visible_);
  if (!wrong.empty()) return refuse(wrong, now);
  if (state_.service == Service::Silent) speak(now);
  report_due_from_ = now;
  state_.sample = sample.numbers;
  state_.cause = sample.cause;
  state_.received_at = now;
  state_.sampled_at = sample.at ? offset_.to_host(*sample.at, now) : now;
  state_.low_since.reset();
  if (!sample.low_since) return;
  const TimePoint since =
      sample.at && *sample.low_since <= *sample.at
          ? state_.sampled_at - std::min<Duration>(*sample.at - *sample.low_since, kLowSinceMost)
          : state_.sampled_at;
  state_.low_since = since;
}

void GuestSession::hear_pong(const wire::Pong& pong, TimePoint now) {
  if (!ping_ || pong.id != ping_->id) return;
  offset_.add(ping_->sent, now, pong.at);
  ping_.reset();
}

void GuestSession::refuse(const std::string& why, TimePoint now) {
  ++state_.rejected;
  if (state_.service == Service::Absent) state_.unread = why;
  while (!refused_.empty() && now - refused_.front() > kRefusedWindow) refused_.pop_front();
  refused_.push_back(now);
  if (faulty()) {
    probation_.reset();  // not good behaviour
  } else if (refused_.size() >= kRefusedMost) {
    make_faulty(why, now);
  }
  if (refused_.size() >= kRefusedMost) refused_.pop_front();
}

void GuestSession::make_faulty(const std::string& why, TimePoint now) {
  probation_.reset();
  ping_.reset();
  if (faulty()) return;
  state_.service = Service::Faulty;
  state_.note = why;
  refused_.clear();
  who_asked_ = now;
}

void GuestSession::ask_who(TimePoint now) {
  who_asked_ = now;
  send(wire::who());
}

bool GuestSession::tick(TimePoint now) {
  if (!connected_) return false;
  if (faulty()) {
    if (probation_ && now - *probation_ >= kProbation) {
      probation_.reset();
      speak(now);
      return true;
    }
    // Its agent may be good by now (restarted, or it never knew): a hello starts the way back.
    if (!probation_ && now - who_asked_ >= kAskAgain) ask_who(now);
    return false;
  }
  if (state_.service == Service::Silent && now - who_asked_ >= kAskAgain) ask_who(now);
  if (!speaking()) return false;
  if (now - report_due_from_ >= kSilence) {
    state_.service = Service::Silent;
    state_.note = fmt::format("reported nothing for {:.0f} s", aerostat::seconds(now - report_due_from_));
    ping_.reset();
    who_asked_ = now;
    return true;
  }
  if (ping_ && now - ping_->sent >= kPingLost) ping_.reset();
  if (!ping_ && now >= ping_due_) {
    ping_ = Ping{++ping_id_, now};
    ping_due_ = now + kPingEvery;
    send(wire::ping(ping_id_));
  }
  return false;
}

std::optional<TimePoint> GuestSession::next_tick() const {
  if (!connected_) return {};
  switch (state_.service) {
    case Service::Speaking: {
      const TimePoint silent = report_due_from_ + kSilence;
      const TimePoint ping = ping_ ? std::max(ping_->sent + kPingLost, ping_due_) : ping_due_;
      return std::min(silent, ping);
    }
    case Service::Silent: return who_asked_ + kAskAgain;
    case Service::Faulty: return probation_ ? *probation_ + kProbation : who_asked_ + kAskAgain;
    case Service::Absent:
    case Service::Unsupported: return {};
  }
  return {};
}

std::string GuestSession::take_output() { return std::exchange(out_, {}); }

void GuestSession::set_low_mark(Bytes available, TimePoint) {
  low_mark_ = available;
  if (!speaking()) return;
  if (sent_low_) {
    const Bytes apart = std::max(available - *sent_low_, *sent_low_ - available);
    if (apart <= std::min(Bytes::mib(4), sent_low_->scaled(0.02))) return;
  }
  sent_low_ = available;
  send(wire::low(available));
}

void GuestSession::expect_growth(Bytes target, TimePoint now) {
  if (!speaking()) return;
  if (state_.sample && state_.sample->total && *state_.sample->total >= target) return;
  if (expected_ == target && now - expected_at_ < kExpectAgain) return;
  expected_ = target;
  expected_at_ = now;
  send(wire::expect(target));
}

void GuestSession::prepare_shrink(Bytes amount, TimePoint now) {
  if (!speaking() || (!state_.can_compact && !state_.asks_programs)) {
    state_.prepared = false;
    state_.refusal.clear();
    return;
  }
  if (preparing_ && *preparing_ >= amount && now - prepare_at_ < kPrepareAgain) return;
  preparing_ = amount;
  prepare_at_ = now;
  state_.prepared = false;
  state_.refusal.clear();
  send(wire::prepare(++prepare_id_, amount));
}

// A fault stays after a reboot.
void GuestSession::guest_reset() {
  greeted_ = false;
  first_line_ = true;  // the rest of a line is from another boot
  lines_.reset();
  out_.clear();
  boot_id_.clear();
  offset_.forget();
  ping_.reset();
  preparing_.reset();
  state_.agent_version.clear();
  state_.os.clear();
  state_.system = {};
  state_.sample.reset();
  state_.low_since.reset();
  state_.complaint.clear();
  state_.unread.clear();
  if (faulty()) {
    probation_.reset();
    return;
  }
  state_.service = Service::Absent;
  state_.note.clear();
}

}  // namespace aerostat
