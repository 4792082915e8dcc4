// Conversation: the state of the agent's connection to the host. Pure: it is told what happened and when
// (nanoseconds), and answers whether to send hello. Until the host has welcomed the agent, it sends nothing
// but hello.
#pragma once

#include <cstdint>
#include <limits>

#include "agent/common/host_message.h"

namespace aerostat::agent {

// The interval of hello without a welcome.
inline constexpr std::int64_t kGreetEvery = 1'000'000'000;
// A host that rejected us may be replaced by another without the port closing. One line a minute is worth
// that.
inline constexpr std::int64_t kGreetAfterReject = 60 * kGreetEvery;

class Conversation {
 public:
  enum class State { Closed, Greeting, Welcomed, Rejected };

  void opened(std::int64_t now) {
    state_ = State::Greeting;
    hello_due_ = now;
  }
  void closed() { state_ = State::Closed; }
  // True if the agent should act on this message: the host has welcomed us, now or before.
  bool heard(const HostMessage& message, std::int64_t now) {
    if (state_ == State::Closed) return false;
    heard_ = now;
    if (message.kind == HostMessage::Kind::Who) opened(now);
    if (message.kind == HostMessage::Kind::Welcome) state_ = State::Welcomed;
    if (message.kind == HostMessage::Kind::Reject) {
      state_ = State::Rejected;
      hello_due_ = now + kGreetAfterReject;
    }
    return state_ == State::Welcomed;
  }
  bool hello_due(std::int64_t now) const { return now >= due(); }
  void said_hello(std::int64_t now) {
    hello_due_ = now + (state_ == State::Rejected ? kGreetAfterReject : kGreetEvery);
  }
  // When to send hello next; the largest number if never.
  std::int64_t due() const {
    const bool greets = state_ == State::Greeting || state_ == State::Rejected;
    return greets ? hello_due_ : std::numeric_limits<std::int64_t>::max();
  }
  bool welcomed() const { return state_ == State::Welcomed; }
  State state() const { return state_; }
  // When the host last sent anything.
  std::int64_t last_heard() const { return heard_; }

 private:
  State state_ = State::Closed;
  std::int64_t hello_due_ = 0;
  std::int64_t heard_ = 0;
};

}  // namespace aerostat::agent
