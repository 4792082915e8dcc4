#include "api/door.h"

#include <gtest/gtest.h>

#include "api/tokens.h"
#include "base/temporary_folder.h"

namespace aerostat {
namespace {

class Door : public testing::Test {
 protected:
  Result<void> asked(const std::string& method, Headers headers, bool over_tcp = true) const {
    ApiRequest request;
    request.method = method;
    request.target = target_;
    request.headers = std::move(headers);
    request.over_tcp = over_tcp;
    return check_site(request, {"host.example"});
  }
  std::string target_ = "/v1/host";
  TemporaryFolder folder_;
  Tokens tokens_ = *Tokens::load(folder_.path() + "/tokens.json", std::chrono::system_clock::now);
};

TEST_F(Door, KnowsTokensAndSessions) {
  const std::string token = *tokens_.create("ci", Scope::Change);
  const std::string session = *tokens_.log_in(token);
  EXPECT_EQ(principal_of_request({{"authorization", "bearer " + token}}, &tokens_).name, "token ci");
  EXPECT_EQ(principal_of_request({{"Cookie", "a=b; aerostat_session=" + session}}, &tokens_).scope,
            Scope::Change);
  for (const Headers& headers :
       {Headers{}, Headers{{"Authorization", token}}, Headers{{"Authorization", "Basic " + token}},
        Headers{{"Authorization", "Bearer " + token + "x"}},
        Headers{{"Cookie", "xaerostat_session=" + session}}, Headers{{"Cookie", "aerostat_session="}},
        Headers{{"Authorization", "Bearer"}}}) {
    const Principal nobody = principal_of_request(headers, &tokens_);
    EXPECT_EQ(nobody.scope, Scope::None);
    EXPECT_NE(nobody.refusal.find("aerostat token create"), std::string::npos);
  }
  EXPECT_EQ(principal_of_request({{"Authorization", "Bearer " + token}}, nullptr).scope, Scope::None);
}

TEST_F(Door, RefusesNamesOfOthersThatLeadHere) {
  for (const char* host : {"127.0.0.1:7070", "localhost", "[::1]:7070", "192.0.2.1", "host.example:443"})
    EXPECT_TRUE(asked("GET", {{"Host", host}})) << host;
  for (const char* host : {"evil.example", "localhost.evil.example:7070", "", "[", "127.0.0.1.evil.example"})
    EXPECT_FALSE(asked("GET", {{"Host", host}})) << host;
  EXPECT_TRUE(asked("GET", {{"Host", "whatever"}}, false))
      << "no browser reaches the unix socket itself, ...";
  EXPECT_FALSE(asked("GET", {{"Host", "evil.example"}, {"Sec-Fetch-Site", "same-origin"}}, false))
      << "but it may be forwarded to one";
}

TEST_F(Door, RefusesPagesFromElsewhere) {
  EXPECT_TRUE(asked("PATCH", {{"Host", "localhost:7070"}, {"Origin", "http://localhost:7070"}}));
  EXPECT_TRUE(asked("PATCH", {{"Host", "host.example"}, {"Origin", "https://host.example"}}));
  for (const char* origin :
       {"http://evil.example", "http://localhost:8080", "null", "http://localhost:7070.evil"}) {
    EXPECT_FALSE(asked("PATCH", {{"Host", "localhost:7070"}, {"Origin", origin}})) << origin;
    EXPECT_FALSE(asked("GET", {{"Host", "localhost:7070"}, {"Origin", origin}}, false)) << origin;
  }
  EXPECT_FALSE(asked("GET", {{"Host", "localhost"}, {"Sec-Fetch-Site", "cross-site"}}));
  target_ = "/";
  EXPECT_TRUE(asked("GET", {{"Host", "localhost"}, {"Sec-Fetch-Site", "cross-site"}}))
      << "a link to the page";
}

TEST_F(Door, AChangeByASessionNamesItsPage) {
  const Headers session = {{"Host", "localhost"}, {"Cookie", "aerostat_session=x"}};
  EXPECT_FALSE(asked("POST", session));
  EXPECT_TRUE(asked("GET", session));
  Headers named = session;
  named["Origin"] = "http://localhost";
  EXPECT_TRUE(asked("POST", named));
  Headers by_token = session;
  by_token["Authorization"] = "Bearer x";
  EXPECT_TRUE(asked("POST", by_token));
}

}  // namespace
}  // namespace aerostat
