// WhatIf: what would have happened on this host, had it other settings or more VMs. Plain values of the
// question and of the answer, and the desk that takes one question at a time. Everything in an answer is
// simulated, before and after: nothing of it was measured, and nothing on the host changes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/settings.h"

namespace aerostat {

struct WhatIfChange {
  std::string vm;
  SettingsChange change;
};
struct WhatIfNew {
  std::string name;  // empty: after the VM that it is like
  std::string like;  // has its need, at the same times, and its settings before the change
  std::int64_t count = 1;
  SettingsChange change;
};
struct WhatIfRequest {
  std::int64_t since = 0, until = 0;  // seconds since 1970
  std::optional<Bytes> capacity;      // missing: the host's
  std::vector<WhatIfChange> vms;
  std::vector<WhatIfNew> add;
};

// One VM in one of the two runs.
struct WhatIfNumbers {
  double seconds = 0;  // it is judged for; its first minute is not
  double short_s = 0;  // it lacked memory that it felt
  double longest_s = 0;
  Bytes paged;  // to its swap
  std::optional<Bytes> least_available;
  Bytes mean_assigned, peak_assigned;
  std::uint64_t refusals = 0;
};
struct WhatIfVm {
  std::string name;
  std::string like;         // of a new one
  bool need_known = false;  // false: it only has the memory that it had
  std::optional<WhatIfNumbers> before, after;
};
struct WhatIfHost {
  Bytes capacity;
  Bytes peak_committed, mean_committed, least_free;
  double short_s = 0;  // of all VMs
  Bytes paged;
  std::uint64_t refusals = 0;
};
struct WhatIfReport {
  std::int64_t since = 0, until = 0;
  std::int64_t step = 1;  // of the history, seconds
  std::string verdict;
  std::vector<std::string> notes;  // what the answer does not know
  WhatIfHost before, after;
  std::vector<WhatIfVm> vms;
  struct Point {
    std::int64_t time = 0;
    std::optional<double> committed_before, committed_after, need_before, need_after;  // bytes
  };
  std::vector<Point> points;
};

struct WhatIfState {
  std::string id;
  enum class Stage { Running, Done, Failed } stage = Stage::Running;
  double progress = 0;                         // 0 to 1
  std::shared_ptr<const WhatIfReport> report;  // when done
  std::optional<Error> error;                  // when failed
};

// Asked on the reactor's thread; nothing blocks.
class WhatIfDesk {
 public:
  virtual ~WhatIfDesk() = default;
  // Called once, later on that thread, when the question is understood and the work has begun.
  using Answer = std::function<void(Result<WhatIfState>)>;
  // Kind Unavailable: another question is being answered. Refused: there is no history of that time. Invalid:
  // the error names the member of the request.
  virtual void begin(const WhatIfRequest& request, Answer answer) = 0;
  // Of the last question. NotFound: of no or an older one.
  virtual Result<WhatIfState> state(const std::string& id) const = 0;
  // Ends the work on it.
  virtual Result<WhatIfState> cancel(const std::string& id) = 0;
};

}  // namespace aerostat
