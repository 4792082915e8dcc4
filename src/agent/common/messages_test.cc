// That the host reads these lines is shown in guest/wire_test.cc; here, what the writer itself promises.
#include "agent/common/messages.h"

#include <gtest/gtest.h>

#include <string>

namespace aerostat::agent {
namespace {

TEST(Messages, LeaveOutWhatIsNotKnown) {
  LineWriter out;
  Reading reading;
  reading.total_kib = 5;
  EXPECT_EQ(sample_line(out, 1, Cause::Online, reading, {}),
            "{\"t\":\"sample\",\"seq\":1,\"ns\":0,\"why\":\"online\",\"total_kib\":5}\n");
}

TEST(Messages, CutAndCleanText) {
  LineWriter out;
  const std::string_view line = notice_line(out, std::string(500, 'w'), "a\n\"\xff");
  EXPECT_EQ(line, "{\"t\":\"notice\",\"what\":\"" + std::string(40, 'w') + "\",\"text\":\"a?\\\"?\"}\n");
}

TEST(LineWriter, RefusesWhatDoesNotFitAsAWhole) {
  LineWriter out;
  out.begin("x");
  for (int i = 0; i < 30; ++i) out.text("long", std::string(200, 'x'));
  EXPECT_EQ(out.finish(), "");
  out.begin("x");
  EXPECT_EQ(out.finish(), "{\"t\":\"x\"}\n");
}

}  // namespace
}  // namespace aerostat::agent
