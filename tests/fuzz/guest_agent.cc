// The guest's end of the protocol: lines of a host that is not what it seems.
#include "agent/common/conversation.h"
#include "agent/common/host_message.h"
#include "fuzz.h"
#include "guest/line_reader.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aerostat;
  std::string_view rest = fuzz::text(data, size);
  LineReader lines;
  agent::Conversation conversation;
  conversation.opened(0);
  std::int64_t now = 0;
  while (true) {
    const LineReader::Step step = lines.next(rest);
    if (step.found == LineReader::Found::Nothing) break;
    if (step.found == LineReader::Found::TooLong) continue;
    const agent::HostMessage message = agent::read_host_line(step.line);
    fuzz::promise(message.reason.size() <= step.line.size());
    fuzz::promise(message.kib >= 0);
    conversation.heard(message, ++now);
  }
  return 0;
}
