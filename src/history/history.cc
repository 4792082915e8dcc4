#include "history/history.h"

#include <fmt/format.h>

#include <csignal>
#include <ctime>
#include <filesystem>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace aerostat::history {

namespace {

// Two minutes of moments: a disk that hangs longer costs a hole in the history, and no memory.
constexpr std::size_t kMostJobs = 4096;
constexpr std::size_t kMostRequests = 64;
// A file that is damaged again so soon lies on a broken disk.
constexpr std::chrono::minutes kReplaceAfter{10};

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[32] = {};
  std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &utc);
  return text;
}

}  // namespace

History::History(HistoryOptions options, Post post)
    : options_(std::move(options)),
      post_(std::move(post)),
      run_(std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
               .count()) {
  state_.kind = HistoryState::Kind::On;
  state_.path = options_.path;
  state_.limit = options_.limit;
}

void History::start() {
  thread_ = std::thread([this] { work(); });
}

History::~History() {
  {
    const std::lock_guard held(mutex_);
    over_ = true;
  }
  news_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void History::give(Job job) {
  {
    const std::lock_guard held(mutex_);
    if (jobs_.size() >= kMostJobs) {
      jobs_.pop_front();
      ++left_out_;
    }
    jobs_.push_back(std::move(job));
  }
  news_.notify_one();
}

void History::add(const EventRecord& event) {
  give([run = run_, event](Store& store) { return store.add(run, event); });
}
void History::add(const DecisionRecord& decision) {
  give([run = run_, decision](Store& store) { return store.add(run, decision); });
}
void History::add(Moment moment) {
  give([moment = std::move(moment)](Store& store) { return store.add(moment); });
}

HistoryState History::state() const {
  const std::lock_guard held(mutex_);
  return state_;
}

namespace {

// A question as the thread understands it. A file that turns out to be damaged is replaced at the next
// writing.
template <typename Query, typename Answer, typename Look>
auto request_of(const Query& query, Answer answer, Look look) {
  return
      [query, answer = std::move(answer), look](Store* store, const Error& missing) -> std::function<void()> {
        auto found = store != nullptr ? look(*store, query) : decltype(look(*store, query))(fail(missing));
        return [answer, found = std::move(found)] { answer(found); };
      };
}

}  // namespace

void History::want(Request request) const {
  {
    const std::lock_guard held(mutex_);
    if (requests_.size() >= kMostRequests) {
      const Error busy{Error::Kind::Unavailable,
                       "too many questions about the history at once; ask again later"};
      return post_([request = std::move(request), busy] { request(nullptr, busy)(); });
    }
    requests_.push_back(std::move(request));
  }
  news_.notify_one();
}

void History::ask(const HistoryQuery& query, Answer answer) const {
  want(request_of(query, std::move(answer),
                  [](Store& store, const HistoryQuery& q) { return store.table(q); }));
}
void History::events(const PastQuery& query, Events answer) const {
  want(
      request_of(query, std::move(answer), [](Store& store, const PastQuery& q) { return store.events(q); }));
}
void History::decisions(const PastQuery& query, Decisions answer) const {
  want(request_of(query, std::move(answer),
                  [](Store& store, const PastQuery& q) { return store.decisions(q); }));
}

void History::work() {
  // Signals are the reactor's.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  open(true);
  while (true) {
    std::deque<Job> jobs;
    std::deque<Request> requests;
    bool over = false;
    {
      std::unique_lock held(mutex_);
      news_.wait_for(held, std::chrono::seconds(1),
                     [this] { return over_ || !jobs_.empty() || !requests_.empty(); });
      jobs = std::exchange(jobs_, {});
      requests = std::exchange(requests_, {});
      over = over_;
    }
    const Time now = std::chrono::steady_clock::now();
    if (!for_good_ && retry_ && now >= *retry_) {
      retry_.reset();
      if (!store_) open(false);
    }
    write(std::move(jobs));
    read(std::move(requests));
    if (over || now - committed_at_ >= options_.commit_every) settle();
    if (over) return;
  }
}

void History::write(std::deque<Job> jobs) {
  for (const Job& job : jobs) {
    if (!store_ || retry_) {
      const std::lock_guard held(mutex_);
      ++left_out_;
      continue;
    }
    uncommitted_ = true;
    if (const Result<void> done = job(*store_); !done) failed(done.error());
  }
}

void History::settle() {
  committed_at_ = std::chrono::steady_clock::now();
  if (!store_ || !uncommitted_) return;
  uncommitted_ = false;
  if (const Result<void> done = store_->commit(); !done) return failed(done.error());
  tell(HistoryState::Kind::On, remark_);
}

void History::read(std::deque<Request> requests) {
  for (const Request& request : requests) {
    const auto kind = for_good_ ? Error::Kind::NotFound : Error::Kind::Unavailable;
    post_(request(store_.get(), {kind, state().note}));
  }
}

void History::open(bool check) {
  StoreOptions options{options_.path, options_.limit, check, options_.kept};
  Result<std::unique_ptr<Store>> opened = Store::open(options);
  if (!opened && opened.error().kind == Error::Kind::Invalid) {
    set_aside(opened.error().message);
    opened = Store::open(options);
  }
  if (!opened) return failed(opened.error());
  store_ = *std::move(opened);
  if (!retry_) tell(HistoryState::Kind::On, remark_);
}

// Nothing is lost that somebody may still want to read.
void History::set_aside(const std::string& why) {
  store_.reset();
  const std::string aside = options_.path + ".damaged-" + now_text();
  std::error_code code;
  std::filesystem::rename(options_.path, aside, code);
  for (const char* const beside : {"-wal", "-shm"}) {
    std::error_code none;
    std::filesystem::rename(options_.path + beside, aside + beside, none);
  }
  if (code) return;
  remark_ =
      fmt::format("the history was damaged; the old file is kept as {}, and a new one was begun", aside);
  log_warn("event=history.damaged kept_as={} why={}", log_word(aside), log_text(why));
}

void History::failed(const Error& error) {
  uncommitted_ = false;
  if (error.kind == Error::Kind::Unavailable) {
    // What is there can be read meanwhile.
    if (store_ && !store_->recover()) store_.reset();
    retry_ = std::chrono::steady_clock::now() + options_.retry_after;
    if (state().kind != HistoryState::Kind::Paused)
      log_warn("event=history.paused why={} note=\"it resumes by itself\"", log_text(error.message));
    return tell(HistoryState::Kind::Paused,
                fmt::format("the history is paused, and resumes by itself: {}", error.message));
  }
  store_.reset();
  // A damaged file is replaced, but not again and again.
  const Time now = std::chrono::steady_clock::now();
  if (error.kind == Error::Kind::Invalid && (!replaced_at_ || now - *replaced_at_ > kReplaceAfter)) {
    replaced_at_ = now;
    return open(true);
  }
  for_good_ = true;
  log_warn("event=history.off why={}", log_text(error.message));
  tell(HistoryState::Kind::Off, fmt::format("no history is kept: {}", error.message));
}

void History::tell(HistoryState::Kind kind, std::string note) {
  const std::lock_guard held(mutex_);
  if (kind == HistoryState::Kind::On && state_.kind == HistoryState::Kind::Paused)
    log_info("event=history.resumed left_out={}", std::exchange(left_out_, 0));
  state_.kind = kind;
  state_.note = std::move(note);
  if (!store_) return;
  state_.used = store_->used();
  state_.oldest = store_->oldest();
}

}  // namespace aerostat::history
