// Talk: for tests. A session, and what a guest says to it.
#pragma once

#include <fmt/format.h>

#include <string>

#include "guest/guest_session.h"

namespace aerostat {

inline constexpr char kHelloOfSession[] =
    R"({"t":"hello","protocol":[1,0],"agent":"0.1.0","os":"linux","boot_id":"a","caps":["compact"]})"
    "\n";

struct Talk {
  FakeClock clock;
  GuestSession session{Bytes::mib(1024)};

  Talk() { session.connected(clock.now()); }
  const GuestState& state() const { return session.state(); }
  // What the host says after the guest said `line`.
  std::string says(const std::string& line) {
    session.receive(line, clock.now());
    return session.take_output();
  }
  std::string greet() { return says(kHelloOfSession); }
  std::string sample(int total_mib, int available_mib, const std::string& more = "") {
    return says(fmt::format("{{\"t\":\"sample\",\"total_kib\":{},\"avail_kib\":{}{}}}\n", total_mib * 1024,
                            available_mib * 1024, more));
  }
  // Lets time pass, with the ticks the session asks for.
  std::string passes(Duration time) {
    const TimePoint end = clock.now() + time;
    for (auto due = session.next_tick(); due && *due <= end; due = session.next_tick()) {
      if (*due > clock.now()) clock.advance(*due - clock.now());
      session.tick(clock.now());
    }
    clock.advance(end - clock.now());
    return session.take_output();
  }
  void misbehaves(int times) {
    for (int i = 0; i < times; ++i) says("garbage\n");
  }
};

}  // namespace aerostat
