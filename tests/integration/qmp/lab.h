// Lab: shared by the integration tests of the QEMU driver: a reactor that runs until a condition holds, never
// for a fixed time; a temporary directory; a listener that records what it heard.
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
#include "vmm/machine.h"

namespace aerostat {

class Lab : public MachineListener {
 public:
  // Runs the reactor until `holds`; false after the deadline.
  bool until(const std::function<bool()>& holds, Duration deadline = std::chrono::seconds(10)) {
    const TimePoint end = clock.now() + deadline;
    while (!holds()) {
      if (clock.now() > end) return false;
      io.run_one_for(std::chrono::milliseconds(5));
    }
    return true;
  }
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
  RealClock clock;
  const TemporaryFolder temporary;
  const std::string& dir = temporary.path();
  std::map<std::string, Machine*> machines;
  std::vector<std::string> vanished, passed_over;
  std::size_t changes = 0;
};

}  // namespace aerostat
