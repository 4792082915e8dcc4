// History: keeps what happens in a file, on a thread of its own. The reactor hands it plain values through a
// bounded queue and never waits for it. Whatever becomes of the file, the daemon goes on: without room or
// permission the history is paused and resumes by itself; a damaged file is moved aside and a new one begun;
// a file of a newer version is left alone.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "history/reader.h"
#include "history/store.h"

namespace aerostat::history {

struct HistoryOptions {
  std::string path;
  Bytes limit = Bytes::mib(256);
  // What a crash may lose.
  std::chrono::milliseconds commit_every{5000};
  // After it could not be written.
  std::chrono::milliseconds retry_after{5000};
  std::array<std::int64_t, kTiers> kept = kKept;
};

class History final : public HistoryReader {
 public:
  // Runs a function on the reactor's thread, later. May be called from any thread.
  using Post = std::function<void(std::function<void()>)>;

  History(HistoryOptions options, Post post);
  // Writes what it was given.
  ~History() override;
  // Until then the file is not touched, and what is asked waits.
  void start();

  void add(Moment moment);
  void add(const EventRecord& event);
  void add(const DecisionRecord& decision);

  HistoryState state() const override;
  void ask(const HistoryQuery& query, Answer answer) const override;
  void events(const PastQuery& query, Events answer) const override;
  void decisions(const PastQuery& query, Decisions answer) const override;

 private:
  using Job = std::function<Result<void>(Store&)>;
  // Looks into the store, and returns what is to be said on the reactor's thread. No store: the error.
  using Request = std::function<std::function<void()>(Store*, const Error&)>;
  using Time = std::chrono::steady_clock::time_point;

  void work();
  void write(std::deque<Job> jobs);
  void read(std::deque<Request> requests);
  void open(bool check);
  void set_aside(const std::string& why);
  void failed(const Error& error);
  void settle();
  void tell(HistoryState::Kind kind, std::string note);
  void give(Job job);
  void want(Request request) const;

  HistoryOptions options_;
  Post post_;

  mutable std::mutex mutex_;
  mutable std::condition_variable news_;
  std::deque<Job> jobs_;
  mutable std::deque<Request> requests_;
  HistoryState state_;
  std::uint64_t left_out_ = 0;  // for want of room in the queue, or of a file
  bool over_ = false;
  const std::int64_t run_;

  // The thread's own.
  std::unique_ptr<Store> store_;
  std::string remark_;         // about what was lost, kept while all is well
  std::optional<Time> retry_;  // it cannot be written until then
  bool for_good_ = false;      // it is off
  bool uncommitted_ = false;
  Time committed_at_;
  std::optional<Time> replaced_at_;  // a damaged file
  std::thread thread_;               // last: it uses the others
};

}  // namespace aerostat::history
