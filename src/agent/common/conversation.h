// Conversation: where the agent stands with the host. Pure: it is told what happened and when (nanoseconds)
// and answers whether to say hello. Until the host has welcomed the agent, nothing but hello is said.
#pragma once

#include <cstdint>
#include <limits>

#include "agent/common/host_message.h"

namespace aerostat::agent {

// Without a welcome, hello is repeated this often.
inline constexpr std::int64_t kGreetEvery = 1'000'000'000;
// A host that rejected us may be replaced by one that does not, without the port closing. Worth a line a
// minute.
inline constexpr std::int64_t kGreetAfterReject = 60 * kGreetEvery;

class Conversation {
 public:
  enum class State { Closed, Greeting, Welcomed, Rejected };

  void opened(std::int64_t now) {
    state_ = State::Greeting;
    hello_due_ = now;
  }
  void closed() { state_ = State::Closed; }
  // True if this message is for the agent to act on: the host has welcomed us, now or before.
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
  // When hello is to be said next; the largest number if it is not.
  std::int64_t due() const {
    const bool greets = state_ == State::Greeting || state_ == State::Rejected;
    return greets ? hello_due_ : std::numeric_limits<std::int64_t>::max();
  }
  bool welcomed() const { return state_ == State::Welcomed; }
  State state() const { return state_; }
  // When the host last said anything.
  std::int64_t last_heard() const { return heard_; }

 private:
  State state_ = State::Closed;
  std::int64_t hello_due_ = 0;
  std::int64_t heard_ = 0;
};

}  // namespace aerostat::agent
