// Agent: the integration service of a Linux guest. One thread, one loop: look, report, listen, and bring
// memory online. Runs until it is told to stop, and restores every setting of the system that it changed.
#pragma once

#include <string_view>

#include "agent/common/conversation.h"
#include "agent/common/line_writer.h"
#include "agent/common/messages.h"
#include "agent/common/pace.h"
#include "agent/common/reporter.h"
#include "agent/common/size_watch.h"
#include "agent/linux/compactor.h"
#include "agent/linux/hooks.h"
#include "agent/linux/onliner.h"
#include "agent/linux/overcommit.h"
#include "agent/linux/port.h"
#include "agent/linux/sampler.h"
#include "agent/linux/uevents.h"
#include "guest/line_reader.h"

namespace aerostat::agent {

struct Options {
  std::string_view root;       // where /proc and /sys are; empty: here
  std::string_view port;       // empty: search by name
  std::int64_t sample_ns = 0;  // 0: as the host requests
  bool online = true;
  bool relax_overcommit = false;
  std::string_view hooks_user;  // as whom hooks run; empty: as the service
};

class Agent {
 public:
  explicit Agent(const Options& options);
  // Returns when `stop` (set by a signal) is no longer 0. The signals must be blocked outside this call.
  void run(const volatile int& stop);

 private:
  void open_port(std::int64_t now);
  void tell_port(int error);
  void lose_host(std::int64_t now);
  void wait(std::int64_t now);
  void listen(std::int64_t now);
  void obey(const HostMessage& message, std::int64_t now);
  void look(std::int64_t now);
  void hear_kernel(std::int64_t now);
  void tell_notices();
  void say_hello(std::int64_t now);
  void prepare(const HostMessage& message, std::int64_t now);
  void answer(std::string_view refusal);
  void make_ready(std::int64_t id);
  void work_hooks(std::int64_t now);
  void watch_hooks(std::int64_t now);
  std::int64_t next_deadline() const;

  Options options_;
  Sampler sampler_;
  Notices notices_;
  Port port_;
  Onliner onliner_;
  Uevents uevents_;
  Compactor compactor_;
  Overcommit overcommit_;
  Hooks hooks_;
  SizeWatch size_;
  Conversation talk_;
  Reporter reporter_;
  LineReader lines_;
  LineWriter writer_;
  bool can_online_ = false;
  bool host_there_ = false;
  bool host_speaks_ = false, kernel_speaks_ = false;  // at the last wait; only then they are read
  std::int64_t retry_at_ = 0;                         // when to try the port again
  int told_port_ = 0;                                 // why it could not be opened, as last told
  std::int64_t seq_ = 0;
  Number total_kib_;         // as last read
  bool told_hooks_ = false;  // what the last hello said of them
  std::int64_t look_for_hooks_at_ = 0;
  std::int64_t prepare_id_ = 0;  // of the host's newest request
  Number asked_kib_;             // a request whose programs have not run yet: the size to come
  bool host_asked_ = false;      // for the programs that run
  std::array<char, 80> release_{}, boot_id_{}, arch_{};
  std::array<char, 2048> about_{};  // /etc/os-release; the next two point into it
  std::string_view name_, version_;
};

}  // namespace aerostat::agent
