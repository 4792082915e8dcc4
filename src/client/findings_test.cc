#include "client/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace aerostat {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Json kFindings = Json::parse(R"([
  {"check":"clock","severity":"ok","vm":null,"text":"the clock is plausible","evidence":null,"remedy":null},
  {"check":"host-swap","severity":"warning","vm":null,"text":"swapped","evidence":"1 GiB","remedy":"less"},
  {"check":"devices","severity":"problem","vm":"web","text":"no device","evidence":null,"remedy":"adopt it"}])");

TEST(FindingsText, NamesEachWithEvidenceAndRemedy) {
  EXPECT_EQ(render_findings(kFindings, false, false),
            "host\n"
            "  warning   host-swap: swapped\n"
            "            seen: 1 GiB\n"
            "            do:   less\n"
            "VM web\n"
            "  problem   devices: no device\n"
            "            do:   adopt it\n"
            "1 problem, 1 warning, 0 notes, 1 fine (--all shows them)\n");
  EXPECT_THAT(render_findings(kFindings, true, false),
              HasSubstr("  ok        clock: the clock is plausible\n"));
}

TEST(FindingsText, IsCleanWhateverTheDaemonSends) {
  const Json hostile = Json::parse(R"([{"check":"x","severity":"fine","text":"a\u001b[2Jb"}, 7, null])");
  EXPECT_THAT(render_findings(hostile, true, false), Not(HasSubstr("\033")));
  EXPECT_EQ(gravest(hostile), Severity::Warning);
}

TEST(FindingsText, NoPermissionIsNoAbsence) {
  const Json denied =
      not_reached_json({Error::Kind::Denied,
                        "no permission to connect to /run/a.sock; use sudo, or join the group 'aerostat'"});
  EXPECT_EQ(render_findings(denied["items"], false, false),
            "host\n"
            "  problem   daemon: you may not ask aerostatd, so nothing was checked\n"
            "            seen: no permission to connect to /run/a.sock\n"
            "            do:   use sudo, or join the group 'aerostat'\n"
            "1 problem, 0 warnings, 0 notes, 0 fine\n");
  const Json absent = not_reached_json({Error::Kind::Unavailable, "no socket"});
  EXPECT_THAT(render_findings(absent["items"], false, false), HasSubstr("aerostatd is not reached"));
}

TEST(FindingsText, TheGravestDecides) {
  EXPECT_EQ(gravest(kFindings), Severity::Problem);
  EXPECT_EQ(gravest(Json::array()), Severity::Ok);
  EXPECT_EQ(gravest(not_reached_json({Error::Kind::Unavailable, "no socket"})["items"]), Severity::Problem);
}

TEST(FindingsText, TellWhatTheTableOfGuestsSaysOfAGuest) {
  const Json findings = Json::parse(
      R"([{"check":"boot-memory","severity":"warning","vm":"web","text":"small"},
          {"check":"guest","severity":"warning","vm":"web","text":"Windows 7 is ballooned only"}])");
  EXPECT_EQ(render_guest(findings), "Guest: Windows 7 is ballooned only.\n\n");
  EXPECT_EQ(render_guest(Json::array()), "");
}

}  // namespace
}  // namespace aerostat
