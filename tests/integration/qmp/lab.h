// Lab: shared by the integration tests of the QEMU driver: a reactor that runs until a condition holds, on
// simulated time; a temporary directory; a listener that records what it heard. RealLab: the same in real
// time, for peers that are processes of their own.
#pragma once

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "base/process.h"
#include "base/temporary_folder.h"
#include "reactor/simulated_clock.h"
#include "vmm/machine.h"

namespace aerostat {

class AnyLab : public MachineListener {
 public:
  // Runs the reactor until `holds`; false after the limit.
  virtual bool until(const std::function<bool()>& holds, Duration limit) = 0;
  // For what must not happen: runs the reactor for that long, and returns whether it `holds` throughout.
  bool throughout(Duration time, const std::function<bool()>& holds) {
    return !until([&] { return !holds(); }, time);
  }

  // All scripted monitors are in this process. Here each socket with a listener counts as a process of its
  // own.
  static std::optional<ProcessId> process_of(int fd) {
    sockaddr_un bound{};
    socklen_t size = sizeof bound;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the socket API's own cast
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return std::nullopt;
    return ProcessId{::getpid(), std::hash<std::string>{}(bound.sun_path)};
  }

  std::string path(const std::string& file) const { return dir + "/" + file; }
  const MachineFacts& facts(const std::string& name) { return machines.at(name)->facts(); }
  bool is_up(const std::string& name) { return machines.contains(name) && facts(name).link == Link::Up; }

  void machine_appeared(Machine& machine) override { machines[machine.name()] = &machine; }
  void machine_changed(const VmId&) override { ++changes; }
  void machine_renamed(const VmId&, Machine&) override {}
  void machine_vanished(const VmId& id, const std::string& why) override {
    const auto found =
        std::ranges::find_if(machines, [&](const auto& each) { return each.second->id() == id; });
    vanished.emplace_back(found->first + ": " + why);
    machines.erase(found);
  }
  void monitor_ignored(const std::string& place, const std::string& why) override {
    passed_over.emplace_back(place + ": " + why);
  }

  boost::asio::io_context io;
  const TemporaryFolder temporary;
  const std::string& dir = temporary.path();
  std::map<std::string, Machine*> machines;
  std::vector<std::string> vanished, passed_over;
  std::size_t changes = 0;
};

class Lab final : public AnyLab {
 public:
  bool until(const std::function<bool()>& holds, Duration limit = std::chrono::seconds(10)) override {
    return clock.until(holds, limit);
  }
  SimulatedClock clock{io};
};

class RealLab final : public AnyLab {
 public:
  // The limit only ends a test that fails.
  bool until(const std::function<bool()>& holds, Duration limit = std::chrono::seconds(60)) override {
    const TimePoint end = clock.now() + limit;
    while (!holds()) {
      if (clock.now() > end) return false;
      io.run_one_for(std::chrono::milliseconds(5));
    }
    return true;
  }
  const RealClock clock{};
};

}  // namespace aerostat
