// Starts: asks the daemon for the memory of a VM that is about to start, and waits until it is there. Returns
// exit statuses (console/exit_status.h).
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "cli/commands.h"
#include "client/answer.h"
#include "client/client.h"
#include "model/start.h"

namespace aerostat {

// What happens to a start when the daemon cannot be asked for its memory: it is away, it hangs, it lets this
// user not ask, or its answer is none. That there is not enough memory is an answer, and nothing starts.
enum class Unreached { Start, Refuse };

struct GateOptions {
  StartRequest request;
  Unreached unreached = Unreached::Start;
};

class Starts {
 public:
  // How often it asks, and how long a daemon may be away before the start goes on without it. libvirt's hook,
  // a start and a boot wait for this: a restart of the daemon takes a second.
  static constexpr std::chrono::milliseconds kAskEvery{250}, kAwayFor{4000};

  using Pause = std::function<void(std::chrono::milliseconds)>;
  Starts(Client client, const Output& output, Pause pause)
      : client_(std::move(client)), output_(output), pause_(std::move(pause)) {}

  // Done: the memory is there. Failed: it is not, and why is said. NotReached: no daemon, or no permission to
  // connect to it.
  int reserve(const StartRequest& request);
  int release(const std::string& vm);
  // Whether the daemon says that memory is kept, or gathered, for this VM. No daemon: no.
  bool holds(const std::string& vm);
  // Nothing is kept for this VM any more, unless the daemon starts its domain itself. Says nothing.
  void give_up(const std::string& vm);
  int list();
  // As reserve(), for a start that should not hang on a daemon that cannot be asked: then `unreached`
  // decides.
  int gate(const GateOptions& options);
  // The same for a caller that holds up others while it waits, at most `most`. Memory that is not there by
  // then is waited for by the daemon, which starts `domain` when it is; empty: nobody does, and nothing is
  // kept. That is said, and the status is Failed.
  int gate_briefly(GateOptions options, std::chrono::milliseconds most, const std::string& domain);

 private:
  int complain(const Error& error);
  Result<Json> await(const StartRequest& request, std::optional<std::chrono::milliseconds> most = {});
  int outcome(const Json& start);
  int not_asked(const GateOptions& options, const Error& error);
  void tell(const Json& start);

  Client client_;
  Output output_;
  Pause pause_;
  std::optional<StartState> told_;
};

// The memory that a QEMU command line gives its VM at boot (-m). Nothing: it does not say, or not in a way
// that is understood.
std::optional<Bytes> memory_of_qemu(const std::vector<std::string>& command);

}  // namespace aerostat
