#include "api/static_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "api/fake_manager.h"
#include "base/temporary_folder.h"

namespace aerostat {
namespace {

class Page : public testing::Test {
 protected:
  Page() {
    std::filesystem::create_directories(folder_.path() + "/assets");
    put("index.html", "<!doctype html>");
    put("assets/app.js", "long script");
    put("assets/app.js.gz", "short");
  }
  void put(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.path() + "/" + name) << text;
  }
  StaticFiles load() const {
    Result<StaticFiles> files = StaticFiles::load(folder_.path());
    EXPECT_TRUE(files) << files.error().message;
    return *files;
  }
  TemporaryFolder folder_;
};

TEST_F(Page, IsServedFromMemory) {
  const StaticFiles files = load();
  std::filesystem::remove(folder_.path() + "/index.html");
  const auto index = files.find("/", {});
  ASSERT_TRUE(index);
  EXPECT_EQ(index->body, "<!doctype html>");
  EXPECT_EQ(index->content_type, "text/html; charset=utf-8");
  EXPECT_TRUE(index->headers.at("Content-Security-Policy").starts_with("default-src 'self';"));
  EXPECT_EQ(files.find("/assets/app.js", {})->content_type, "text/javascript; charset=utf-8");
}

TEST_F(Page, IsCompressedForWhoTakesIt) {
  const StaticFiles files = load();
  const auto small = files.find("/assets/app.js", {{"accept-encoding", "br, gzip"}});
  EXPECT_EQ(small->body, "short");
  EXPECT_EQ(small->headers.at("Content-Encoding"), "gzip");
  EXPECT_EQ(files.find("/assets/app.js", {{"Accept-Encoding", "gzip;q=0"}})->body, "long script");
  EXPECT_EQ(files.find("/assets/app.js", {})->body, "long script");
  EXPECT_FALSE(files.find("/assets/app.js.gz", {})) << "a form of another file";
}

TEST_F(Page, IsNotSentTwice) {
  const StaticFiles files = load();
  const std::string tag = files.find("/", {})->headers.at("ETag");
  const auto again = files.find("/", {{"If-None-Match", "W/" + tag}});
  EXPECT_EQ(again->status, 304);
  EXPECT_EQ(again->body, "");
  EXPECT_EQ(files.find("/", {{"If-None-Match", "\"other\""}})->status, 200);
  put("index.html", "<!doctype html><p>");
  EXPECT_NE(load().find("/", {})->headers.at("ETag"), tag);
}

TEST_F(Page, HasNothingFromElsewhereOnTheDisk) {
  std::filesystem::create_symlink("/etc/passwd", folder_.path() + "/assets/users.txt");
  std::filesystem::create_directory_symlink("/etc", folder_.path() + "/etc");
  put(".hidden.txt", "x");
  put("program", "x");
  const StaticFiles files = load();
  for (const char* path :
       {"/assets/users.txt", "/etc/passwd", "/.hidden.txt", "/program", "/../index.html",
        "/assets/../index.html", "//index.html", "/assets", "/assets/", "", "/%2e%2e/etc/passwd"}) {
    EXPECT_FALSE(files.find(path, {})) << path;
  }
}

TEST_F(Page, RefusesWhatIsNoPage) {
  put("huge.txt", std::string(9u << 20, 'x'));
  const auto huge = StaticFiles::load(folder_.path());
  ASSERT_FALSE(huge);
  EXPECT_NE(huge.error().message.find("more than 200 files or 8 MiB"), std::string::npos);
  const auto none = StaticFiles::load(folder_.path() + "/nowhere");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("install them again"), std::string::npos);
  const TemporaryFolder empty;
  EXPECT_FALSE(StaticFiles::load(empty.path()));
}

TEST_F(Page, IsForAnybodyAndMissesOnlyItself) {
  FakeManager manager;
  const StaticFiles files = load();
  ApiAnswer out;
  const Reply reply = [&](ApiAnswer made) { out = std::move(made); };
  const Principal stranger{"somebody", Scope::None, "say who you are"};
  answer({manager, &files}, {"GET", "/", "", {}, stranger}, reply);
  EXPECT_EQ(out.body, "<!doctype html>");
  answer({manager}, {"GET", "/", "", {}, stranger}, reply);
  EXPECT_EQ(out.status, 404);
  EXPECT_NE(out.body.find("no web page"), std::string::npos);
  answer({manager, &files}, {"GET", "/v1/host", "", {}, stranger}, reply);
  EXPECT_EQ(out.status, 401);
  EXPECT_EQ(out.headers.at("WWW-Authenticate"), "Bearer");
  answer({manager, &files}, {"GET", "/healthz", "", {}, stranger}, reply);
  EXPECT_EQ(out.body, "ok\n");
  answer({manager, &files}, {"GET", "/readyz", "", {}, stranger}, reply);
  EXPECT_EQ(out.status, 503) << "before its first pass";
  manager.host_report.passes = 1;
  answer({manager, &files}, {"GET", "/readyz", "", {}, stranger}, reply);
  EXPECT_EQ(out.status, 200);
}

}  // namespace
}  // namespace aerostat
