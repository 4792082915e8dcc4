// QemuMachineTest: one machine against a scripted monitor. Law 1 is checked at each change.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "lab.h"
#include "scripted_qmp.h"
#include "vmm/qemu/qemu_machine.h"

namespace aerostat {

using namespace literals;
using namespace std::chrono_literals;

inline constexpr Duration kShortDeadline = 200ms;

inline std::string requested(Bytes n) { return "requested-size " + std::to_string(n.count()); }
inline std::string balloon(Bytes n) { return "balloon " + std::to_string(n.count()); }

class QemuMachineTest : public ::testing::Test {
 protected:
  void begin(QmpScript script = {}, Duration deadline = kShortDeadline) {
    peer = std::make_unique<ScriptedQmp>(lab.io, lab.clock, lab.path("db.qmp"), std::move(script));
    connect(deadline);
  }
  void connect(Duration deadline = kShortDeadline) {
    machine.reset();
    machine = std::make_unique<QemuMachine>(
        lab.io, lab.clock, "db", lab.path("db.qmp"), [this] { watch(); }, deadline);
    machine->start();
  }
  void begin_up(QmpScript script = {}) {
    begin(std::move(script));
    ASSERT_TRUE(comes_up());
  }
  bool comes_up() {
    return lab.until([this] { return facts().link == Link::Up; });
  }
  bool arrives(Bytes target) {
    return lab.until([this, target] { return facts().assigned() == target && facts().target() == target; });
  }
  const MachineFacts& facts() { return machine->facts(); }
  const BalloonAndBlocks& memory() { return machine->memory(); }
  Bytes truly_held() const { return peer->script.balloon_actual + peer->script.plugged; }
  // Law 1, at each change: what is counted is at least what the VM really has.
  void watch() {
    ++changes;
    least_counted = std::min(least_counted, facts().committed());
    if (facts().known && facts().committed() < truly_held() - slack) ++uncounted;
  }

  Lab lab;
  std::unique_ptr<ScriptedQmp> peer;
  std::unique_ptr<QemuMachine> machine;
  std::size_t changes = 0;
  std::size_t uncounted = 0;
  Bytes least_counted = 1024_GiB;
  Bytes slack;
};

}  // namespace aerostat
