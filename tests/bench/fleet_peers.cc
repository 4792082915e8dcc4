// Scripted VMs for `script/bench fleet`: each a process of its own with a monitor (ScriptedQmp) and a guest
// service. The daemon then has exactly the sockets, processes and messages of as many QEMUs, and the figures
// include no guest's work. Ends when its standard input is closed.
//   aerostat_fleet_peers --vms 300 --dir DIR [--load quiet|restless] [--base MIB] [--maximum MIB]
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "scripted_qmp.h"

namespace {

namespace asio = boost::asio;
using aerostat::Bytes;
using aerostat::ScriptedQmp;
using nlohmann::json;
using Local = asio::local::stream_protocol;

// What the guest's kernel keeps to itself.
constexpr Bytes kKernel = Bytes::mib(12);

struct Load {
  bool restless = false;
  Bytes base, maximum;
};

// Speaks docs/design/protocol.md as the Linux service does, about an invented need.
class Service {
 public:
  Service(asio::io_context& io, const std::string& path, const ScriptedQmp& vm, const Load& load,
          unsigned seed)
      : vm_(vm), load_(load), random_(seed), acceptor_(io), host_(io), timer_(io) {
    ::unlink(path.c_str());
    acceptor_.open(Local());
    acceptor_.bind(Local::endpoint(path));
    acceptor_.listen(1);
    choose_need();
    accept();
    look();
  }

 private:
  void accept() {
    acceptor_.async_accept(host_, [this](const boost::system::error_code& error) {
      if (!error) read();
    });
  }

  void read() {
    host_.async_read_some(
        asio::buffer(buffer_), [this](const boost::system::error_code& error, std::size_t n) {
          if (error) {
            host_.close();
            welcome_ = false;
            return accept();
          }
          input_.append(buffer_.data(), n);
          for (std::size_t end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
            hear(json::parse(input_.substr(0, end), nullptr, false));
            input_.erase(0, end + 1);
          }
          read();
        });
  }

  void hear(const json& message) {
    const std::string type = message.value("t", "");
    if (type == "who") {
      welcome_ = false;
      say({{"t", "hello"},
           {"protocol", {1, 0}},
           {"agent", AEROSTAT_VERSION},
           {"os", "linux"},
           {"release", "6.1.0"},
           {"boot_id", "fleet"},
           {"caps", json::array()}});
    } else if (type == "welcome") {
      welcome_ = true;
      sample("keepalive");
    } else if (type == "low") {
      low_ = Bytes::kib(message.value("avail_kib", std::int64_t{0}));
    } else if (type == "ping") {
      say({{"t", "pong"}, {"id", message.value("id", 0)}, {"ns", nanoseconds()}});
    }
  }

  // As the Linux service: looks often, and reports when something changed, is low, or a second has passed.
  void look() {
    timer_.expires_after(std::chrono::milliseconds(200));
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      if (++looks_ % 5 == 0 && load_.restless) choose_need();
      const Bytes apart = available() - told_;
      const bool changed = apart > Bytes::mib(2) || -apart > Bytes::mib(2);
      if (welcome_ && available() < low_) {
        sample("low");
      } else if (welcome_ && (changed || looks_ % 5 == 0)) {
        sample(changed ? "change" : "keepalive");
      }
      look();
    });
  }

  // Quiet: always the same. Restless: a different value every second, from a fifth to nine tenths of its boot
  // memory.
  void choose_need() {
    const double share = load_.restless ? std::uniform_real_distribution<>(0.2, 0.9)(random_) : 0.4;
    need_ = load_.base.scaled(share);
  }

  Bytes total() const { return vm_.script.balloon_actual + vm_.script.plugged - kKernel; }
  Bytes available() const { return std::max(Bytes::mib(1), total() - need_); }

  void sample(const char* why) {
    const auto kib = [](Bytes b) { return b.count() / 1024; };
    told_ = available();
    say({{"t", "sample"},
         {"seq", ++sequence_},
         {"ns", nanoseconds()},
         {"why", why},
         {"total_kib", kib(total())},
         {"avail_kib", kib(told_)},
         {"free_kib", kib(told_.scaled(0.5))},
         {"apart_kib", 0},
         {"active_file_kib", kib(told_.scaled(0.1))},
         {"inactive_file_kib", kib(told_.scaled(0.4))},
         {"swap_total_kib", 0},
         {"swap_free_kib", 0},
         {"normal_free_kib", kib(told_.scaled(0.5))},
         {"normal_file_kib", kib(told_.scaled(0.5))},
         {"committed_kib", kib(need_)},
         {"pswpin", 0},
         {"pswpout", 0},
         {"pgmajfault", 100},
         {"refault_file", 0},
         {"refault_anon", 0},
         {"psi_some_us", 0},
         {"psi_full_us", 0},
         {"reclaimed", 0},
         {"oom_kill", 0},
         {"oom_kill_limit", 0}});
  }

  static std::int64_t nanoseconds() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  void say(const json& message) {
    if (!host_.is_open()) return;
    const auto line = std::make_shared<std::string>(message.dump() + "\n");
    asio::async_write(host_, asio::buffer(*line), [line](const boost::system::error_code&, std::size_t) {});
  }

  const ScriptedQmp& vm_;
  const Load& load_;
  std::mt19937 random_;
  Local::acceptor acceptor_;
  Local::socket host_;
  asio::steady_timer timer_;
  std::array<char, 4096> buffer_{};
  std::string input_;
  bool welcome_ = false;
  Bytes need_, told_, low_;
  std::uint64_t sequence_ = 0, looks_ = 0;
};

[[noreturn]] void run_vm(const std::string& dir, int index, const Load& load) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::string name = "vm" + std::to_string(index);
  const std::string agent = dir + "/" + name + ".agent";
  aerostat::QmpScript script;
  script.base = script.balloon_actual = script.balloon_target = load.base;
  script.plug_maximum = std::max(Bytes{}, load.maximum - load.base);
  script.agent_filename = "disconnected:unix:" + agent + ",server=on";
  script.step = std::chrono::milliseconds(250);
  script.per_step = Bytes::mib(64);
  asio::io_context io(1);
  const aerostat::RealClock clock;
  ScriptedQmp monitor(io, clock, dir + "/qmp/" + name + ".qmp", script);
  const Service service(io, agent, monitor, load, static_cast<unsigned>(index));
  io.run();
  std::_Exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Scripted VMs, each a process of its own."};
  int vms = 0, base_mib = 64, maximum_mib = 256;
  std::string dir, load_name = "quiet";
  app.add_option("--vms", vms)->required()->check(CLI::Range(1, 4000));
  app.add_option("--dir", dir, "has a folder qmp")->required();
  app.add_option("--load", load_name)->check(CLI::IsMember({"quiet", "restless"}));
  app.add_option("--base", base_mib, "MiB that each boots with");
  app.add_option("--maximum", maximum_mib, "MiB");
  CLI11_PARSE(app, argc, argv);
  const Load load{load_name == "restless", Bytes::mib(base_mib), Bytes::mib(maximum_mib)};
  for (int i = 0; i < vms; ++i) {
    const pid_t child = ::fork();
    AEROSTAT_CHECK(child >= 0, "so many processes can be started");
    if (child == 0) run_vm(dir, i, load);
  }
  std::puts("started");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  ::kill(0, SIGTERM);
  return 0;
}
