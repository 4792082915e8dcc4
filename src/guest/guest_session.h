// GuestSession: the conversation with one guest's service (docs/design/protocol.md), without I/O: bytes and
// time go in, lines and GuestState come out. It bounds what a guest can make us do. It never blocks, throws
// or grows.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "guest/clock_offset.h"
#include "guest/guest_link.h"
#include "guest/line_reader.h"
#include "guest/wire.h"

namespace aerostat {

class GuestSession {
 public:
  explicit GuestSession(Bytes most_visible) : most_visible_(most_visible) {}

  // The channel is open, or lost (`why`, for people).
  void connected(TimePoint now);
  void disconnected(const std::string& why);
  // There is a port, but it must not be used.
  void port_refused(const std::string& why);
  // Bytes from the guest. True: the state changed, someone should look.
  bool receive(std::string_view bytes, TimePoint now);
  // Call at next_tick() or later. True: as above.
  bool tick(TimePoint now);
  // The next moment at which time alone changes something; none while nobody speaks.
  std::optional<TimePoint> next_tick() const;
  // The lines to send, in order; empties it.
  std::string take_output();
  // More than this VM was ever given is a lie.
  void set_most_visible(Bytes most) { most_visible_ = most; }

  void set_low_mark(Bytes available, TimePoint now);
  void expect_growth(Bytes target, TimePoint now);
  void prepare_shrink(Bytes amount, TimePoint now);
  void guest_reset();
  const GuestState& state() const { return state_; }
  // The guest misbehaves: read slowly from it.
  bool faulty() const { return state_.service == Service::Faulty; }

 private:
  void handle(const wire::Message& message, TimePoint now);
  void hear_hello(const wire::Hello& hello, TimePoint now);
  void hear_sample(const wire::Sample& sample, TimePoint now);
  void hear_pong(const wire::Pong& pong, TimePoint now);
  void refuse(const std::string& why, TimePoint now);
  void make_faulty(const std::string& why, TimePoint now);
  void speak(TimePoint now);
  bool spend_message(TimePoint now);
  void ask_who(TimePoint now);
  void send(const std::string& line) { out_ += line; }
  bool speaking() const { return state_.service == Service::Speaking; }

  GuestState state_;
  Bytes most_visible_;
  LineReader lines_;
  ClockOffset offset_;
  std::string out_;
  std::string boot_id_;

  bool connected_ = false;
  bool greeted_ = false;         // a hello was accepted on this connection
  bool first_line_ = true;       // may be the end of a line that began before we connected
  TimePoint report_due_from_{};  // its last valid report, or when it first could have made one
  TimePoint who_asked_{};
  std::optional<TimePoint> probation_;  // faulty, a valid hello came: trusted again kProbation after this
  std::deque<TimePoint> refused_;       // at most kRefusedMost
  double messages_left_ = 0;            // token bucket of spend_message()
  TimePoint bucket_at_{};

  std::optional<Bytes> low_mark_;  // requested; sent_low_ is what the guest knows
  std::optional<Bytes> sent_low_;
  std::optional<Bytes> expected_;
  TimePoint expected_at_{};
  std::int64_t prepare_id_ = 0;
  std::optional<Bytes> preparing_;
  TimePoint prepare_at_{};
  struct Ping {
    std::int64_t id = 0;
    TimePoint sent{};
  };
  std::optional<Ping> ping_;
  std::int64_t ping_id_ = 0;
  TimePoint ping_due_{};
};

}  // namespace aerostat
