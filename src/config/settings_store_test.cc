#include "config/settings_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_folder.h"

namespace aerostat {
namespace {

using namespace literals;

class Store : public testing::Test {
 protected:
  std::string read() const {
    std::ifstream in(directory_ + "/settings.toml");
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& text) const { std::ofstream(directory_ + "/settings.toml") << text; }

  const TemporaryFolder temporary_;
  const std::string& directory_ = temporary_.path();
};

SettingsStore::All some() {
  Settings web;
  web.mode = Mode::Dynamic;
  web.startup = 384_MiB;
  web.minimum = Bytes::of(268435457);  // no whole number of any unit
  web.maximum = 1536_MiB;
  web.buffer_percent = 25;
  web.weight = 7000;
  Settings db;
  db.weight = 1;
  return {{"web.1", web}, {"db", db}};
}

TEST_F(Store, NoFileMeansNothingIsSet) {
  SettingsStore store(directory_);
  const auto all = store.load();
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->empty());
}

TEST_F(Store, ReadsBackExactlyWhatItSaved) {
  SettingsStore store(directory_ + "/made/by/it");
  ASSERT_TRUE(store.save(some()));
  SettingsStore other(directory_ + "/made/by/it");
  const auto all = other.load();
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_EQ(*all, some());
  ASSERT_TRUE(other.save({}));
  EXPECT_TRUE(other.load()->empty());
}

TEST_F(Store, ReportsADamagedFileWithItsPlaceAndKeepsIt) {
  const std::string damaged = "[vm.web]\nweight = \"heavy\"\nmod = 1\n";
  write(damaged);
  SettingsStore store(directory_);
  const auto all = store.load();
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().message,
            directory_ +
                "/settings.toml:2:10: weight is a text, and a whole number is needed; write weight "
                "= 5000\n" +
                directory_ + "/settings.toml:3:1: [vm.web] has no key 'mod'; did you mean 'mode'?");
  const auto saved = store.save(some());
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().kind, Error::Kind::Refused);
  EXPECT_NE(saved.error().message.find("damaged and is kept"), std::string::npos) << saved.error().message;
  EXPECT_EQ(read(), damaged);
}

TEST_F(Store, ATruncatedFileIsDamagedAndMovingItAwayHeals) {
  SettingsStore store(directory_);
  ASSERT_TRUE(store.save(some()));
  const std::string whole = read();
  write(whole.substr(0, whole.size() - 12) + "\"");
  SettingsStore next(directory_);
  EXPECT_FALSE(next.load());
  EXPECT_FALSE(next.save(some()));
  std::filesystem::rename(directory_ + "/settings.toml", directory_ + "/settings.bad");
  EXPECT_TRUE(next.save(some()));
}

TEST_F(Store, DoesNotOverwriteWhatAnotherHandWrote) {
  SettingsStore store(directory_);
  ASSERT_TRUE(store.save(some()));
  write("[vm.db]\nweight = 2\n");
  const auto saved = store.save(some());
  ASSERT_FALSE(saved);
  EXPECT_NE(saved.error().message.find("changed by another hand; restart aerostatd"), std::string::npos);
  EXPECT_EQ(read(), "[vm.db]\nweight = 2\n");
  ASSERT_TRUE(store.load());
  EXPECT_TRUE(store.save(some()));
}

TEST_F(Store, AFailedSaveChangesNothing) {
  SettingsStore store(directory_);
  ASSERT_TRUE(store.save(some()));
  const std::string before = read();
  // A directory in the place of the temporary file: not even root can open it for writing.
  std::filesystem::create_directory(directory_ + "/settings.toml.new");
  const auto saved = store.save({});
  ASSERT_FALSE(saved);
  EXPECT_NE(saved.error().message.find("nothing was changed"), std::string::npos) << saved.error().message;
  EXPECT_EQ(read(), before);
}

TEST_F(Store, AnUnwritableDirectoryIsAClearSentence) {
  SettingsStore store("/proc/aerostat");
  const auto saved = store.save(some());
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().message.find("the settings cannot be saved: /proc/aerostat: "), 0u)
      << saved.error().message;
  EXPECT_NE(saved.error().message.find("set another state_dir"), std::string::npos) << saved.error().message;
}

TEST_F(Store, WhatACrashLeftBehindDoesNoHarm) {
  std::ofstream(directory_ + "/settings.toml.new") << "[vm.half";
  SettingsStore store(directory_);
  EXPECT_TRUE(store.load()->empty());
  ASSERT_TRUE(store.save(some()));
  EXPECT_EQ(*SettingsStore(directory_).load(), some());
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/settings.toml.new"));
}

TEST_F(Store, TheNewFileReplacesTheOldOneByName) {
  SettingsStore store(directory_);
  ASSERT_TRUE(store.save({}));
  struct stat before{}, after{};
  ASSERT_EQ(::stat(store.file().c_str(), &before), 0);
  const std::filesystem::path held =
      directory_ + "/held";  // keeps the old inode, so that its number is not reused
  std::filesystem::create_hard_link(store.file(), held);
  ASSERT_TRUE(store.save(some()));
  ASSERT_EQ(::stat(store.file().c_str(), &after), 0);
  EXPECT_NE(before.st_ino, after.st_ino);
  EXPECT_EQ(after.st_mode & 0022u, 0u);  // nobody else may write it
}

// Else the daemon would never start again.
TEST_F(Store, NeverSavesMoreThanItReads) {
  SettingsStore store(directory_);
  SettingsStore::All all;
  const Settings full = some().at("web.1");
  std::size_t bytes = SettingsStore::size_of({});
  for (int i = 0; bytes <= SettingsStore::kMostBytes; ++i) {
    const std::string name = "vm-" + std::to_string(i);
    all[name] = full;
    bytes += SettingsStore::size_of(name, full);
  }
  EXPECT_EQ(bytes, SettingsStore::size_of(all));
  const auto saved = store.save(all);
  ASSERT_FALSE(saved) << "and the daemon never starts again";
  EXPECT_EQ(saved.error().kind, Error::Kind::Refused);
  EXPECT_FALSE(std::filesystem::exists(store.file()));
  all.erase(all.begin());
  ASSERT_TRUE(store.save(all));
  SettingsStore next(directory_);
  const auto read_back = next.load();
  ASSERT_TRUE(read_back) << read_back.error().message;
  EXPECT_EQ(read_back->size(), all.size());
}

TEST_F(Store, IsNotLedElsewhereAndDoesNotHang) {
  SettingsStore store(directory_);
  std::filesystem::create_directory(directory_ + "/elsewhere");
  std::ofstream(directory_ + "/elsewhere/settings.toml") << "[vm.db]\nweight = 2\n";
  std::filesystem::create_symlink(directory_ + "/elsewhere/settings.toml", store.file());
  EXPECT_FALSE(store.load());
  EXPECT_FALSE(store.save(some()));
  std::filesystem::remove(store.file());
  ASSERT_EQ(::mkfifo((store.file() + ".new").c_str(), 0600), 0);
  EXPECT_TRUE(store.save(some())) << "a pipe that nobody reads";
  EXPECT_EQ(*SettingsStore(directory_).load(), some());
}

}  // namespace
}  // namespace aerostat
