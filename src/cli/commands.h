// The commands of `aerostat`: ask the daemon, print. They know no command line. Each returns the exit status
// (console/exit_status.h).
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "cli/qemu_args.h"
#include "client/client.h"

namespace aerostat {

struct Output {
  std::ostream& out;
  std::ostream& err;
  bool terminal = false;  // `out` is one: a watched list is redrawn in place
  bool colour = false;
  bool json = false;
  std::size_t width = 0;  // of the terminal; 0: lines of any length
};

class Commands {
 public:
  Commands(Client client, const Output& output) : client_(std::move(client)), output_(output) {}

  // `every`: repeat at this interval in seconds, for ever. `pause` waits; false ends it.
  int list(const std::vector<std::string>& columns, bool all, std::optional<double> every,
           const std::function<bool(double)>& pause);
  int show(const std::string& vm);
  int host();
  // `body`: the change as JSON, see docs/guide/api.md.
  int set(const std::string& vm, const std::string& body, bool dry_run);
  // Asks for a size and waits as many seconds for the VM to have it. `pause`: as of list().
  int resize(const std::string& vm, Bytes memory, bool dry_run, double wait,
             const std::function<bool(double)>& pause);
  // What VMs hold, what they need, and what managing them would save.
  int report();
  // `since`: from then on, out of the history; empty: the last ones. They come out of the history too where
  // this daemon has fewer, or does not know the VM. What the table of guests says of its guest comes first.
  int explain(const std::string& vm, std::uint64_t last, const std::string& since);
  int events(std::uint64_t after, bool follow);
  // Out of the history: of earlier daemons too.
  int past_events(const std::string& since, const std::string& until, const std::string& vm);
  int reactions();
  int top();
  // `vm` empty: the host and all VMs. `all`: also show what is fine. Failed: there are warnings or problems.
  int doctor(const std::string& vm, bool all);
  int pause();
  int resume();
  int qemu_args(const QemuVm& vm, bool one_line);

 private:
  // Sends the request, and prints the JSON or what `show` makes of it.
  template <typename Show>
  int ask(const std::string& method, const std::string& target, const std::string& body, Show show);
  int complain(const Error& error);
  int complain(const Reply& reply);
  std::string about_guest(const std::string& vm);
  std::string asked_for(const std::string& vm, std::uint64_t last, const std::string& since);

  Client client_;
  Output output_;
};

}  // namespace aerostat
