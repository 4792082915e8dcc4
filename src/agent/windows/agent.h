// Agent: the integration service of a Windows guest. One thread, one loop: look, report, listen. Runs until
// it is told to stop, and changes no setting of the system.
#pragma once

#include <windows.h>

#include <cstdint>

#include "agent/common/conversation.h"
#include "agent/common/line_writer.h"
#include "agent/common/messages.h"
#include "agent/common/pace.h"
#include "agent/common/reporter.h"
#include "agent/windows/port.h"
#include "agent/windows/system.h"
#include "guest/line_reader.h"

namespace aerostat::agent {

struct Options {
  const char* port = nullptr;   // null: by its name
  std::int64_t sample_ns = 0;   // 0: as the host requests
  bool second_release = false;  // is_second_release()
};

// Told of what an administrator may want to know: the host came, or went, or refused us.
class Journal {
 public:
  virtual void host_came() = 0;
  virtual void host_went(DWORD error) = 0;
  virtual void rejected(std::string_view reason) = 0;
  virtual void no_port(DWORD error) = 0;

 protected:
  ~Journal() = default;
};

class Agent {
 public:
  Agent(const Options& options, Journal& journal)
      : options_(options), journal_(journal), system_(options.second_release), port_(options.port) {}
  // The one of this process. Its buffers are part of the program: nothing is allocated while memory is out.
  static Agent& only(const Options& options, Journal& journal);
  // Returns when `stop` is signalled.
  void run(HANDLE stop);

 private:
  void open_port(std::int64_t now);
  void lose_host(std::int64_t now);
  // False: `stop` is signalled.
  bool wait(HANDLE stop, std::int64_t now);
  void listen(std::int64_t now);
  void obey(const HostMessage& message, std::int64_t now);
  void look(std::int64_t now);
  void say_hello(std::int64_t now);
  std::int64_t next_deadline() const;

  Options options_;
  Journal& journal_;
  System system_;
  Port port_;
  Conversation talk_;
  Reporter reporter_;
  LineReader lines_;
  LineWriter writer_;
  std::int64_t retry_at_ = 0;  // when to try the port again
  DWORD told_port_ = 0;        // why there is no port, as last told
  std::int64_t seq_ = 0;
  bool low_ = false;  // as the kernel last signalled
};

}  // namespace aerostat::agent
