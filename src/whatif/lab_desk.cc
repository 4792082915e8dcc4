#include "whatif/lab_desk.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <ctime>
#include <exception>
#include <utility>

#include "base/text.h"

namespace aerostat::whatif {

namespace {

constexpr std::size_t kPointsOfHistory = 2000;
constexpr std::size_t kMostNews = 64;
// After as many seconds of work it is known how long all of it takes.
constexpr double kSure = 2;

// No pass waits for it: it has a processor only when nobody else wants one. Where that is not allowed, it is
// at least the last in line.
void step_back() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);  // signals are the reactor's
  const sched_param none{};
  if (sched_setscheduler(0, SCHED_IDLE, &none) != 0) setpriority(PRIO_PROCESS, 0, 19);
}

double processor_s() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

Error no_history(std::string why) { return {Error::Kind::Refused, std::move(why)}; }

}  // namespace

struct LabDesk::Job {
  // The reactor's.
  std::string id;
  WhatIfRequest request;
  Facts facts;
  Answer answer;  // empty: it was given
  WhatIfState::Stage stage = WhatIfState::Stage::Running;
  std::shared_ptr<const WhatIfReport> report;
  std::optional<Error> error;
  // Of both.
  std::atomic<bool> stop = false;
  std::atomic<double> progress = 0;

  void tell(Result<WhatIfState> state) {
    if (const Answer told = std::exchange(answer, nullptr)) told(std::move(state));
  }
  void failed(Error why) {
    stage = WhatIfState::Stage::Failed;
    error = std::move(why);
    tell(fail(*error));
  }
};

LabDesk::LabDesk(const HistoryReader* history, Look look, Post post, DeskBounds bounds)
    : history_(history), look_(std::move(look)), post_(std::move(post)), bounds_(bounds) {}

LabDesk::~LabDesk() {
  if (job_) job_->stop = true;
  if (thread_.joinable()) thread_.join();
}

Result<void> LabDesk::may_begin(const WhatIfRequest& request) const {
  const auto wrong = [](const char* field, std::string message) {
    return fail(Error{Error::Kind::Invalid, std::move(message), field});
  };
  if (request.until - request.since < kLeastSpan)
    return wrong("since", fmt::format("from since to until are {} s; the least that says anything is {} s",
                                      request.until - request.since, kLeastSpan));
  if (request.vms.size() > kMostVms)
    return wrong("vms", fmt::format("vms has more than {} entries", kMostVms));
  if (request.add.size() > kMostNews)
    return wrong("add", fmt::format("add has more than {} entries; use count", kMostNews));
  const HistoryState past = history_ ? history_->state() : HistoryState{};
  if (past.kind == HistoryState::Kind::Off)
    return fail(no_history(
        past.note.empty()
            ? "no history is kept; write enabled = true in [history] of aerostat.toml, and restart aerostatd"
            : past.note));
  if (!past.oldest || *past.oldest >= request.until)
    return fail(no_history("there is no history of that time yet; it grows while aerostatd runs"));
  if (job_ && job_->stage == WhatIfState::Stage::Running) {
    return fail(Error::Kind::Unavailable,
                fmt::format("another what-if question is being answered, {:.0f} % of it is done; ask again "
                            "later, or end it with DELETE /v1/whatif/{}",
                            job_->progress * 100, job_->id));
  }
  return {};
}

void LabDesk::begin(const WhatIfRequest& request, Answer answer) {
  if (Result<void> may = may_begin(request); !may) return answer(fail(std::move(may.error())));
  job_ = std::make_shared<Job>();
  job_->id = std::to_string(++asked_);
  job_->request = request;
  job_->answer = std::move(answer);
  job_->facts = look_();
  ask_history(job_);
}

void LabDesk::ask_history(const std::shared_ptr<Job>& job) {
  const auto query = [&](const char* column) {
    return HistoryQuery{HistoryQuery::Of::Each, column, job->request.since, job->request.until,
                        kPointsOfHistory};
  };
  const auto refused = [](Error error) {
    if (error.kind == Error::Kind::NotFound) error.kind = Error::Kind::Refused;
    return error;
  };
  history_->ask(query("demand_peak_bytes"), [this, job, refused, query](Result<HistoryTable> need) {
    if (job->stage != WhatIfState::Stage::Running) return;
    if (!need) return job->failed(refused(std::move(need.error())));
    job->facts.need = *std::move(need);
    history_->ask(query("assigned_bytes"), [this, job, refused](Result<HistoryTable> assigned) {
      if (job->stage != WhatIfState::Stage::Running) return;
      if (!assigned) return job->failed(refused(std::move(assigned.error())));
      job->facts.assigned = *std::move(assigned);
      start(job);
    });
  });
}

void LabDesk::start(const std::shared_ptr<Job>& job) {
  if (thread_.joinable()) thread_.join();  // it has told its end already
  thread_ = std::thread([job, bounds = bounds_, post = post_] {
    step_back();
    try {
      work(job, bounds, post);
    } catch (const std::exception& error) {
      post([job, why = std::string(error.what())] {
        job->failed({Error::Kind::Internal, "the simulation failed: " + printable(why)});
      });
    }
  });
}

// Touches of the job only what is its own or of both, until it posts.
void LabDesk::work(const std::shared_ptr<Job>& job, const DeskBounds& bounds, const Post& post) {
  const auto began = std::chrono::steady_clock::now();
  Result<Experiment> experiment = Experiment::prepare(job->request, job->facts);
  if (!experiment) {
    post([job, error = std::move(experiment.error())] { job->failed(error); });
    return;
  }
  post([job] { job->tell(WhatIfState{job->id, WhatIfState::Stage::Running, 0, nullptr, {}}); });
  std::string late;
  Result<WhatIfReport> report = experiment->run([&](double done) {
    job->progress = done;
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    const double worked = processor_s(), expected = worked / std::max(done, 0.001);
    // What cannot be done in time is ended as soon as that is sure.
    if (worked > bounds.processor_s || (worked > kSure && expected > 2 * bounds.processor_s))
      late =
          fmt::format("it needs some {:.0f} s of a processor, and {:g} s are allowed; look at a shorter time",
                      expected, bounds.processor_s);
    else if (wall > bounds.wall_s)
      late = fmt::format("the host left it too little time: after {:g} s, {:.0f} % was done; ask again later",
                         bounds.wall_s, done * 100);
    return late.empty() && !job->stop;
  });
  post([job, late, report = std::move(report)]() mutable {
    if (!report && !late.empty()) report.error().message = "the simulation was ended: " + late;
    if (!report) return job->failed(std::move(report.error()));
    job->stage = WhatIfState::Stage::Done;
    job->progress = 1;
    job->report = std::make_shared<const WhatIfReport>(*std::move(report));
  });
}

WhatIfState LabDesk::now(const Job& job) const {
  return {job.id, job.stage, job.progress, job.report, job.error};
}

Result<WhatIfState> LabDesk::state(const std::string& id) const {
  if (job_ && job_->id == id) return now(*job_);
  return fail(Error::Kind::NotFound,
              fmt::format("there is no what-if question '{}'; only the last one is kept", printable(id, 40)));
}

Result<WhatIfState> LabDesk::cancel(const std::string& id) {
  if (!job_ || job_->id != id) return state(id);
  job_->stop = true;
  return now(*job_);
}

}  // namespace aerostat::whatif
