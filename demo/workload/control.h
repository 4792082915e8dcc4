// Control: reads commands, runs the phases one after another in the worker, answers questions at any time,
// and outlives a worker that the OOM killer took. It never touches memory beyond what it has locked.
#pragma once

#include <sys/types.h>

#include <deque>
#include <string>

#include "event.h"
#include "port.h"
#include "shared.h"

namespace workload {

class Control {
 public:
  // `counters` is in memory shared with the workers; `folder` holds the file set.
  Control(Port& port, Counters& counters, const char* folder)
      : port_(port), counters_(counters), folder_(folder) {}

  void command(const std::string& line);
  // Waits for the next event and handles it.
  void wait_once();

 private:
  struct Task {
    std::int64_t id = 0;
    std::string words;
    Phase phase;
  };

  void enqueue(const std::string& line);
  void start_next();
  bool ensure_worker();
  void hear_worker();
  void report(const Outcome& outcome);
  void bury_worker();
  void hear_port();
  Event about_task(const char* name, std::int64_t at_ns) const;
  void add_counters(Event& event) const;
  void drop_queue(Event& event);

  Port& port_;
  Counters& counters_;
  const char* folder_;
  std::deque<Task> queue_;
  Task running_;  // id 0: none
  std::int64_t last_id_ = 0;
  pid_t worker_ = -1;
  int socket_ = -1;
};

}  // namespace workload
