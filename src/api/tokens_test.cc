#include "api/tokens.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "base/temporary_folder.h"

namespace aerostat {
namespace {

class TokensOf : public testing::Test {
 protected:
  Tokens load() {
    Result<Tokens> tokens = Tokens::load(path_, [this] { return now_; });
    EXPECT_TRUE(tokens) << tokens.error().message;
    return *std::move(tokens);
  }
  std::string file() const {
    std::ifstream in(path_);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  TemporaryFolder folder_;
  std::string path_ = folder_.path() + "/state/tokens.json";
  WallTime now_ = WallTime{} + std::chrono::hours(1000);
};

TEST_F(TokensOf, AreShownOnceAndKeptHashed) {
  Tokens tokens = load();
  const auto reader = tokens.create("grafana", Scope::Read);
  const auto owner = tokens.create("ci", Scope::Change);
  ASSERT_TRUE(reader && owner);
  EXPECT_EQ(file().find(reader->substr(9)), std::string::npos);
  struct stat about{};
  ASSERT_EQ(::stat(path_.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);

  const Tokens again = load();
  ASSERT_TRUE(again.who(*reader));
  EXPECT_EQ(again.who(*reader)->name, "token grafana");
  EXPECT_EQ(again.who(*reader)->scope, Scope::Read);
  EXPECT_FALSE(allows(*again.who(*reader), Scope::Change));
  EXPECT_EQ(again.who(*owner)->scope, Scope::Change);
  EXPECT_FALSE(allows(*again.who(*owner), Scope::Own)) << "no token makes tokens";
  ASSERT_EQ(again.list().size(), 2u);
  EXPECT_EQ(again.list()[0].name, "ci");
  for (const std::string& wrong :
       {std::string(), std::string("x"), *reader + "0", reader->substr(1), again.list()[0].hash})
    EXPECT_FALSE(again.who(wrong)) << wrong;
}

TEST_F(TokensOf, CountNoMoreOnceRevoked) {
  Tokens tokens = load();
  const std::string secret = *tokens.create("ci", Scope::Change);
  const std::string session = *tokens.log_in(secret);
  std::string told;
  tokens.when_revoked([&](const std::string& user) { told = user; });
  ASSERT_TRUE(tokens.revoke("ci"));
  EXPECT_EQ(told, "token ci");
  EXPECT_FALSE(tokens.who(secret));
  EXPECT_FALSE(tokens.who(session));
  EXPECT_FALSE(load().who(secret));
  const auto again = tokens.revoke("ci");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, Error::Kind::NotFound);
}

TEST_F(TokensOf, MakeSessionsThatEnd) {
  Tokens tokens = load();
  const std::string secret = *tokens.create("ci", Scope::Change);
  const auto session = tokens.log_in(secret);
  ASSERT_TRUE(session);
  EXPECT_EQ(tokens.who(*session)->name, "token ci");
  EXPECT_EQ(tokens.list().size(), 1u);
  EXPECT_FALSE(tokens.log_in(*session)) << "a session makes no sessions";
  EXPECT_TRUE(load().who(*session)) << "a restart ends no session";
  now_ += Tokens::kSessionLasts;
  EXPECT_FALSE(tokens.who(*session));
  const std::string other = *tokens.log_in(secret);
  tokens.log_out(other);
  EXPECT_FALSE(tokens.who(other));
  EXPECT_TRUE(tokens.who(secret));
  EXPECT_FALSE(tokens.log_in("aerostat_wrong"));
}

TEST_F(TokensOf, StayBounded) {
  Tokens tokens = load();
  const std::string secret = *tokens.create("ci", Scope::Read);
  EXPECT_FALSE(tokens.create("ci", Scope::Read));
  EXPECT_FALSE(tokens.create("../x", Scope::Read));
  const std::string first = *tokens.log_in(secret);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(tokens.log_in(secret));
  EXPECT_FALSE(tokens.who(first)) << "the oldest session went";
  for (int i = 1; i < 100; ++i) ASSERT_TRUE(tokens.create("t" + std::to_string(i), Scope::Read));
  EXPECT_FALSE(tokens.create("more", Scope::Read));
}

TEST_F(TokensOf, ADamagedFileLetsNobodyInAndIsKept) {
  std::ignore = load().create("ci", Scope::Read);
  for (const char* text : {"", "{", "{}", "[1]", R"([{"name":"x","role":"root","sha256":"","created":0}])"}) {
    std::ofstream(path_) << text;
    const auto tokens = Tokens::load(path_, [this] { return now_; });
    ASSERT_FALSE(tokens) << text;
    EXPECT_NE(tokens.error().message.find("is damaged"), std::string::npos);
    EXPECT_EQ(file(), text);
  }
}

}  // namespace
}  // namespace aerostat
