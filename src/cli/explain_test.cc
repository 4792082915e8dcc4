#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/commands.h"
#include "client/scripted_daemon.h"

namespace aerostat {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kNone = R"({"items":[]})";

std::string explained(ScriptedDaemon& daemon) {
  std::ostringstream out, err;
  EXPECT_EQ(Commands(Client(daemon.socket, 500ms), {out, err}).explain("web", 10, ""), 0) << err.str();
  return out.str();
}

// `doctor`: what the daemon answers about the VM.
std::vector<std::string> replies(const std::string& doctor) {
  return {http_reply("200 OK", kNone), http_reply("404 Not Found", "{}"), doctor,
          http_reply("200 OK", kNone)};
}

TEST(Explain, NamesAGuestThatTakesNoPartOrOnlyAPart) {
  ScriptedDaemon daemon(replies(http_reply(
      "200 OK",
      R"({"items":[{"check":"guest","text":"ballooned only: Windows 7 cannot be given memory"}]})")));
  const std::string text = explained(daemon);
  EXPECT_THAT(text, StartsWith("Guest: ballooned only: Windows 7 cannot be given memory.\n"));
  EXPECT_THAT(text, HasSubstr("No decision has been made"));
  EXPECT_THAT(daemon.requests.at(2), StartsWith("GET /v1/vms/web/doctor "));
}

TEST(Explain, SaysTheRestOfAVmThatIsGone) {
  ScriptedDaemon daemon(replies(http_reply("404 Not Found", "{}")));
  EXPECT_THAT(explained(daemon), StartsWith("No decision has been made"));
}

}  // namespace
}  // namespace aerostat
