// `aerostat record VM FILE`: asks the daemon for a VM's newest sample each period and writes a row of a
// recording (model/recording.h) for each, until stopped. Whole lines only. A late row is written late, none
// is invented. Does not overwrite a file unless told to.
#pragma once

#include <functional>
#include <string>

#include "client/client.h"
#include "console/surroundings.h"

namespace CLI {
class App;
}

namespace aerostat {

// Waits this many seconds; false: told to stop.
using Pause = std::function<bool(double seconds)>;

class Record {
 public:
  explicit Record(CLI::App& app);
  bool asked() const;
  // Stops at SIGINT, SIGTERM and SIGHUP.
  int run(const Client& client, const Surroundings& around) const;
  // Likewise, when `pause` says so; the clock of `seconds` may start anywhere.
  int run(const Client& client, const Surroundings& around, const Pause& pause,
          const std::function<double()>& seconds) const;

 private:
  CLI::App* command_;
  std::string vm_, file_, every_ = "200ms", for_;
  bool force_ = false;
};

}  // namespace aerostat
