// LabDesk: answers what-if questions with the lab, out of this host's history. One question at a time, on a
// thread of its own that runs when nobody else wants a processor, with a bound on its time. Refuses a second
// question meanwhile. Keeps the last answer.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "history/reader.h"
#include "whatif/desk.h"
#include "whatif/experiment.h"

namespace aerostat::whatif {

struct DeskBounds {
  double processor_s = 30;
  double wall_s = 300;  // a busy host leaves it little
};

class LabDesk final : public WhatIfDesk {
 public:
  // Runs a function on the reactor's thread, later. May be called from any thread.
  using Post = std::function<void(std::function<void()>)>;
  // The host now; without its history.
  using Look = std::function<Facts()>;

  // `history` is null: nobody keeps it.
  LabDesk(const HistoryReader* history, Look look, Post post, DeskBounds bounds = {});
  // Ends what runs.
  ~LabDesk() override;

  void begin(const WhatIfRequest& request, Answer answer) override;
  Result<WhatIfState> state(const std::string& id) const override;
  Result<WhatIfState> cancel(const std::string& id) override;

 private:
  struct Job;
  Result<void> may_begin(const WhatIfRequest& request) const;
  void ask_history(const std::shared_ptr<Job>& job);
  void start(const std::shared_ptr<Job>& job);
  static void work(const std::shared_ptr<Job>& job, const DeskBounds& bounds, const Post& post);
  WhatIfState now(const Job& job) const;

  const HistoryReader* history_;
  Look look_;
  Post post_;
  DeskBounds bounds_;
  std::uint64_t asked_ = 0;
  std::shared_ptr<Job> job_;  // the last
  std::thread thread_;
};

}  // namespace aerostat::whatif
