// aerostat-workload: uses memory inside a guest as told. See the README beside this file.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <new>
#include <string>
#include <string_view>

#include "control.h"

namespace {

using namespace workload;

struct Options {
  const char* port = "/dev/virtio-ports/org.aerostat.work.0";
  const char* folder = "/files";
  std::string_view run;
};

bool read_options(int count, char** words, Options& options) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view word = words[i];
    if (word == "--port") {
      options.port = words[i + 1];
    } else if (word == "--files") {
      options.folder = words[i + 1];
    } else if (word == "--run") {
      options.run = words[i + 1];
    } else {
      return false;
    }
  }
  return count % 2 == 1;
}

// It answers at any time, also without free memory. Workers do not inherit the locks.
void protect_self() {
  if (const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC); file >= 0) {
    [[maybe_unused]] const auto written = ::write(file, "-1000", 5);
    ::close(file);
  }
  ::mlockall(MCL_CURRENT | MCL_FUTURE);
}

Counters* share_counters() {
  void* page = ::mmap(nullptr, sizeof(Counters), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED ? nullptr : new (page) Counters;
}

void run_list(Control& control, std::string_view list) {
  while (!list.empty()) {
    const std::size_t end = list.find(',');
    control.command(std::string(list.substr(0, end)));
    list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
  }
}

}  // namespace

int main(int count, char** words) {
  Options options;
  if (!read_options(count, words, options)) {
    std::fputs("usage: aerostat-workload [--port FILE|-] [--files FOLDER] [--run COMMAND,COMMAND,…]\n",
               stderr);
    return 2;
  }
  ::signal(SIGPIPE, SIG_IGN);
  Counters* counters = share_counters();
  if (counters == nullptr) return 1;
  protect_self();
  Port port(options.port);
  Control control(port, *counters, options.folder);
  port.open();
  port.send(Event("ready", now_ns()).line());
  run_list(control, options.run);
  for (;;) control.wait_once();
}
