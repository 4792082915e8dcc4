#include "whatif/experiment.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/log.h"
#include "whatif/fake_past.h"

namespace aerostat::whatif {
namespace {

Result<WhatIfReport> asked(WhatIfRequest request, const Facts& facts = past_facts()) {
  Result<Experiment> experiment = Experiment::prepare(std::move(request), facts);
  if (!experiment) return fail(experiment.error());
  return experiment->run([](double) { return true; });
}

const WhatIfVm& vm(const WhatIfReport& report, const std::string& name) {
  static const WhatIfVm none;
  const auto found =
      std::find_if(report.vms.begin(), report.vms.end(), [&](const auto& v) { return v.name == name; });
  EXPECT_NE(found, report.vms.end()) << name;
  return found == report.vms.end() ? none : *found;
}

Error refused(const WhatIfRequest& request, const Facts& facts = past_facts()) {
  const Result<Experiment> experiment = Experiment::prepare(request, facts);
  EXPECT_FALSE(experiment);
  return experiment ? Error{} : experiment.error();
}

TEST(Experiment, WithoutAChangeBothRunsAreTheSame) {
  const Result<WhatIfReport> report = asked(past_request());
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->before.peak_committed, report->after.peak_committed);
  EXPECT_EQ(report->before.mean_committed, report->after.mean_committed);
  EXPECT_EQ(report->before.short_s, report->after.short_s);
  EXPECT_EQ(report->since, kPast);
  EXPECT_EQ(report->until, kPast + (kPastSteps - 1) * kPastStep);
  ASSERT_GT(report->points.size(), 200u);
  EXPECT_EQ(report->points[100].committed_before, report->points[100].committed_after);
  const WhatIfNumbers web = *vm(*report, "web").before;
  EXPECT_NEAR(web.seconds, 1140, 2);
  EXPECT_GE(web.peak_assigned, Bytes::mib(1200));
  EXPECT_GT(web.mean_assigned, Bytes::mib(700));
  EXPECT_EQ(report->verdict.find("It would have fitted"), 0u) << report->verdict;
}

TEST(Experiment, MoreVmsThanTheHostHoldsAreShortOfMemory) {
  WhatIfRequest request = past_request();
  request.add.push_back({"", "web", 6, {}});
  const Result<WhatIfReport> report = asked(request);
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->vms.size(), 9u);
  EXPECT_EQ(report->vms[3].name, "web-new-1");
  EXPECT_EQ(report->vms[3].like, "web");
  EXPECT_FALSE(report->vms[3].before);
  EXPECT_GT(report->after.short_s, report->before.short_s + 60);
  EXPECT_GT(report->after.paged, report->before.paged);
  EXPECT_GT(report->after.refusals, 0u);
  EXPECT_LE(report->after.peak_committed, Bytes::mib(7168));
  EXPECT_EQ(report->verdict.find("It would have been tighter: "), 0u) << report->verdict;
}

TEST(Experiment, ALargerHostIsBetter) {
  WhatIfRequest request = past_request();
  request.capacity = Bytes::mib(8192);
  const Result<WhatIfReport> report = asked(request, past_facts(Bytes::mib(3072)));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_GT(report->before.short_s, 10);
  EXPECT_EQ(report->after.short_s, 0);
  EXPECT_EQ(report->verdict.find("It would have been better"), 0u) << report->verdict;
}

TEST(Experiment, ChangedSettingsAreKept) {
  WhatIfRequest request = past_request();
  SettingsChange less, fixed;
  less.to.maximum = Bytes::mib(600);
  fixed.to.mode = Mode::Static;
  fixed.to.startup = Bytes::mib(2048);
  request.vms = {{"web", less}, {"db", fixed}};
  const Result<WhatIfReport> report = asked(request);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_LE(vm(*report, "web").after->peak_assigned, Bytes::mib(600));
  EXPECT_GT(vm(*report, "web").after->short_s, 200);
  EXPECT_EQ(vm(*report, "db").after->mean_assigned, Bytes::mib(2048));
  EXPECT_LT(vm(*report, "db").before->mean_assigned, Bytes::mib(1500));
}

TEST(Experiment, AVmOfUnknownNeedHasWhatItHad) {
  const Result<WhatIfReport> report = asked(past_request());
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(vm(*report, "old").need_known);
  EXPECT_EQ(vm(*report, "old").before->mean_assigned, Bytes::mib(512));
  ASSERT_EQ(report->notes.size(), 1u);
  EXPECT_NE(report->notes[0].find("old"), std::string::npos);
  WhatIfRequest request = past_request();
  request.add.push_back({"", "old", 1, {}});
  EXPECT_EQ(refused(request).field, "add[0].like");
}

TEST(Experiment, RefusesWhatCannotBeAtItsMember) {
  WhatIfRequest request = past_request();
  SettingsChange wrong;
  wrong.to.minimum = Bytes::mib(4096);
  wrong.to.maximum = Bytes::mib(1024);
  request.vms = {{"db", {}}, {"web", wrong}};
  EXPECT_EQ(refused(request).field, "vms[1].minimum_bytes");
  request.vms = {{"wep", {}}};
  EXPECT_EQ(refused(request).field, "vms[0].name");
  EXPECT_NE(refused(request).message.find("did you mean 'web'"), std::string::npos)
      << refused(request).message;
  request = past_request();
  request.capacity = Bytes::mib(1100);
  EXPECT_EQ(refused(request).field, "capacity_bytes");
  request = past_request();
  request.add.push_back({"", "web", 100'000, {}});
  EXPECT_EQ(refused(request).field, "add[0].count");
  request.add = {{"db", "web", 1, {}}};
  EXPECT_EQ(refused(request).field, "add[0].name");
}

TEST(Experiment, WithoutAnyNeedSaysWhatToDo) {
  Facts facts = past_facts();
  for (HistoryTable::Row& row : facts.need.rows) row.values.assign(3, std::nullopt);
  EXPECT_EQ(refused(past_request(), facts).kind, Error::Kind::Refused);
  facts.need.rows.clear();
  facts.assigned.rows.clear();
  EXPECT_EQ(refused(past_request(), facts).kind, Error::Kind::Refused);
}

// The static VM lived long enough, but of it nobody can tell whether it lacked anything.
TEST(Experiment, WhereEveryKnownNeedIsYoungThereIsNoAnswerYet) {
  Facts facts = past_facts();
  const std::size_t young = facts.need.rows.size() - 4;
  for (std::size_t i = 0; i < young; ++i) facts.need.rows[i].values.assign(3, std::nullopt);
  const Error error = refused(past_request(), facts);
  EXPECT_EQ(error.kind, Error::Kind::Refused);
  EXPECT_NE(error.message.find("too short to be scored: its longest-living VM lives 30 s"), std::string::npos)
      << error.message;
}

TEST(Experiment, AYoungVmIsNamed) {
  Facts facts = past_facts();
  const std::size_t young = facts.need.rows.size() - 4;
  for (std::size_t i = 0; i < young; ++i) facts.need.rows[i].values[0] = std::nullopt;
  WhatIfRequest request = past_request();
  request.add.push_back({"", "web", 3, {}});
  const Result<WhatIfReport> report = asked(request, facts);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(vm(*report, "web").before);
  EXPECT_TRUE(vm(*report, "db").before);
  ASSERT_EQ(report->notes.size(), 2u);
  EXPECT_EQ(
      report->notes[1],
      "The history knows the need of web, web-new-1, web-new-2 and 1 more for less than a minute, and a "
      "VM's first minute does not count: nobody can tell whether they lacked any.");
}

TEST(Experiment, EndsWhenItIsTold) {
  Result<Experiment> experiment = Experiment::prepare(past_request(), past_facts());
  ASSERT_TRUE(experiment);
  int asked_times = 0;
  const Result<WhatIfReport> report = experiment->run([&](double) { return ++asked_times < 3; });
  EXPECT_FALSE(report);
  EXPECT_EQ(asked_times, 3);
}

TEST(Experiment, WritesNoLog) {
  testing::internal::CaptureStderr();
  ASSERT_TRUE(asked(past_request()));
  log_info("event=test.after");
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(log.find("vm.appeared"), std::string::npos) << log;
  EXPECT_NE(log.find("test.after"), std::string::npos);
}

}  // namespace
}  // namespace aerostat::whatif
