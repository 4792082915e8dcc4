#include "settings_keeper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/temporary_folder.h"

namespace aerostat {
namespace {

class Keeper : public testing::Test {
 protected:
  // Nothing is written before disk(), and nothing told before reactor().
  StoredSettings keeper() {
    return {{},
            SettingsStore(directory_),
            [this](auto told) { told_.push_back(std::move(told)); },
            [this](auto job) { jobs_.push_back(std::move(job)); }};
  }
  static void run_all(std::deque<std::function<void()>>& list) {
    for (; !list.empty(); list.pop_front()) list.front()();
  }
  void disk() { run_all(jobs_); }
  void reactor() { run_all(told_); }
  void weigh(StoredSettings& in, const std::string& vm, int weight) {
    Settings to;
    to.weight = weight;
    in.keep({vm}, {to}, [this, weight](Result<void> kept) {
      answers_.push_back(std::to_string(weight) + (kept ? " kept" : " refused"));
    });
  }
  std::string answers() {
    std::string out;
    for (const std::string& answer : answers_) out += answer + "; ";
    answers_.clear();
    return out;
  }

  const TemporaryFolder temporary_;
  const std::string& directory_ = temporary_.path();
  std::deque<std::function<void()>> jobs_, told_;
  std::vector<std::string> answers_;
};

TEST_F(Keeper, AnswersWhenAChangeIsOnTheDisk) {
  StoredSettings settings = keeper();
  ASSERT_TRUE(settings.load());
  weigh(settings, "web", 7);
  EXPECT_EQ(answers(), "");
  EXPECT_FALSE(settings.settings({"web"}).weight) << "it is not in force yet";
  disk();
  EXPECT_EQ(SettingsStore(directory_).load()->at("web").weight, 7);
  EXPECT_EQ(answers(), "");
  reactor();
  EXPECT_EQ(answers(), "7 kept; ");
  EXPECT_EQ(settings.settings({"web"}).weight, 7);
}

TEST_F(Keeper, WritesTogetherWhatComesMeanwhileInItsOrder) {
  StoredSettings settings = keeper();
  ASSERT_TRUE(settings.load());
  for (const int weight : {1, 2, 3, 4}) weigh(settings, "web", weight);
  EXPECT_EQ(jobs_.size(), 1u);
  EXPECT_EQ(settings.settings_after({"web"}, {}).weight, 4) << "the next change is checked on top of these";
  disk();
  reactor();
  EXPECT_EQ(answers(), "1 kept; ");
  EXPECT_EQ(settings.settings({"web"}).weight, 1);
  EXPECT_EQ(jobs_.size(), 1u);
  disk();
  reactor();
  EXPECT_EQ(answers(), "2 kept; 3 kept; 4 kept; ");
  EXPECT_EQ(SettingsStore(directory_).load()->at("web").weight, 4);
}

TEST_F(Keeper, WhatCannotBeKeptTakesAlongWhatWasBuiltOnIt) {
  StoredSettings settings = keeper();
  ASSERT_TRUE(settings.load());
  std::filesystem::create_directory(directory_ + "/settings.toml.new");
  std::filesystem::create_directory(directory_ + "/settings.toml.new/occupied");
  weigh(settings, "web", 1);
  weigh(settings, "web", 2);
  disk();
  reactor();
  EXPECT_EQ(answers(), "1 refused; 2 refused; ");
  EXPECT_TRUE(jobs_.empty());
  EXPECT_FALSE(settings.settings_after({"web"}, {}).weight);
}

TEST_F(Keeper, RefusesWhatWouldNotFitBeforeAnythingIsKept) {
  StoredSettings settings = keeper();
  ASSERT_TRUE(settings.load());
  std::size_t kept = 0;
  Settings to;
  to.weight = 1;
  bool fits = true;  // answers come after the loop, too
  for (; fits; ++kept) {
    const std::string name = "a-name-that-is-long-enough-for-this-to-be-over-soon-" + std::to_string(kept);
    settings.keep({name}, {to}, [&fits](Result<void> done) { fits = done.has_value(); });
    if (kept == 0) run_all(jobs_), run_all(told_);
  }
  disk();
  reactor();
  disk();
  reactor();
  EXPECT_GT(kept, 10'000u);
  const auto read = SettingsStore(directory_).load();
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->size(), kept - 1);
  EXPECT_EQ(settings.may_keep({"one-more-with-a-name-that-is-as-long-as-the-others-have"}, {to}).error().kind,
            Error::Kind::Refused);
  EXPECT_TRUE(
      settings.may_keep({"a-name-that-is-long-enough-for-this-to-be-over-soon-7"}, {{}, {Setting::Weight}}));
}

TEST_F(Keeper, ItsOwnThreadWrites) {
  std::mutex mutex;
  std::condition_variable news;
  std::function<void()> told;
  std::thread::id by;
  StoredSettings settings({}, SettingsStore(directory_), [&](auto function) {
    const std::lock_guard held(mutex);
    by = std::this_thread::get_id();
    told = std::move(function);
    news.notify_one();
  });
  ASSERT_TRUE(settings.load());
  weigh(settings, "web", 7);
  std::unique_lock held(mutex);
  ASSERT_TRUE(news.wait_for(held, std::chrono::seconds(60), [&] { return told != nullptr; }));
  EXPECT_NE(by, std::this_thread::get_id());
  held.unlock();
  told();
  EXPECT_EQ(answers(), "7 kept; ");
}

TEST_F(Keeper, MakesNoDomainDynamicByDefault) {
  Config config;
  config.defaults.mode = Mode::Dynamic;
  config.defaults.weight = 9;
  config.vms["db"].settings.mode = Mode::Dynamic;
  config.vms["old"].settings.weight = 4;
  StoredSettings settings(config, SettingsStore(directory_), [](auto) {}, [](auto) {});
  const auto mode = [&](const std::string& name, const std::string& driver) {
    return settings.settings({name, name, VmId{driver, name}}).mode;
  };
  EXPECT_EQ(mode("web", "qemu"), Mode::Dynamic);
  EXPECT_FALSE(mode("web", "libvirt"));
  EXPECT_FALSE(mode("old", "libvirt"));
  EXPECT_EQ(mode("db", "libvirt"), Mode::Dynamic);
  EXPECT_EQ(settings.settings({"web", "web", VmId{"libvirt", "web"}}).weight, 9);
}

TEST_F(Keeper, LeavesSettingsToTheDriverThatKeepsThem) {
  StoredSettings settings = keeper();
  Settings kept;
  kept.weight = 7;
  std::map<std::string, VmId> resting;
  settings.leave_to({"libvirt", [&]() -> const auto& { return resting; }, [&](const VmId&) { return kept; },
                     [&](const VmId&, const Settings& to, SettingsKeeper::Kept done) {
                       kept = to;
                       done({});
                     }});
  const VmLabel web{"web", "web", VmId{"libvirt", "u"}};
  EXPECT_EQ(settings.settings(web).weight, 7);
  EXPECT_FALSE(settings.settings({"web", "web", VmId{"qemu", "u"}}).weight);
  Settings to;
  to.buffer_percent = 30;
  EXPECT_EQ(settings.settings_after(web, {to, {Setting::Weight}}).buffer_percent, 30);
  int answers = 0;
  settings.keep(web, {to, {Setting::Weight}}, [&](Result<void> done) { answers += done.has_value(); });
  EXPECT_EQ(answers, 1);
  EXPECT_FALSE(kept.weight);
  EXPECT_EQ(settings.settings(web).buffer_percent, 30);
  EXPECT_TRUE(jobs_.empty()) << "nothing is written elsewhere";

  EXPECT_FALSE(settings.settings({"db"}).buffer_percent);
  resting = {{"db", VmId{"libvirt", "u"}}};
  EXPECT_EQ(settings.settings({"db"}).buffer_percent, 30) << "it does not run, and has settings all the same";
  EXPECT_EQ(std::ranges::count(settings.names(), "db"), 1);
  settings.keep({"db"}, {{}, {Setting::Buffer}}, [&](Result<void> done) { answers += done.has_value(); });
  EXPECT_EQ(answers, 2);
  EXPECT_FALSE(kept.buffer_percent);
  EXPECT_TRUE(jobs_.empty());
}

}  // namespace
}  // namespace aerostat
