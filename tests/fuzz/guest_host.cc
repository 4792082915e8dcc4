// The host's end of the guest protocol: a whole talk, as the channel would hand it over. A byte 1 lets a
// second pass; a byte 2 ends a read, so that lines arrive in pieces.
#include "base/log.h"
#include "fuzz.h"
#include "guest/guest_session.h"

namespace {

using namespace aerostat;

// More than any talk of this length can be answered with; the channel gives up at 16 KiB that are not read.
constexpr std::size_t kMostWords = std::size_t{64} * 1024;
constexpr std::size_t kMostText = 2000;

void check(GuestSession& session) {
  fuzz::promise(session.take_output().size() <= kMostWords);
  const GuestState& state = session.state();
  fuzz::promise(state.note.size() + state.complaint.size() + state.os.size() + state.refusal.size() <
                kMostText);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  set_log_level(LogLevel::Error);
  FakeClock clock;
  GuestSession session(Bytes::mib(1024));
  session.connected(clock.now());
  session.set_low_mark(Bytes::mib(64), clock.now());
  session.prepare_shrink(Bytes::mib(128), clock.now());
  std::string_view rest = fuzz::text(data, size);
  while (!rest.empty()) {
    const std::size_t end = rest.find_first_of("\x01\x02");
    session.receive(rest.substr(0, end), clock.now());
    check(session);
    if (end == std::string_view::npos) break;
    if (rest[end] == '\x01') {
      clock.advance(std::chrono::seconds(1));
      session.tick(clock.now());
      check(session);
    }
    rest.remove_prefix(end + 1);
  }
  session.disconnected("the end");
  return 0;
}
