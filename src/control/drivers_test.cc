// The loop knows no device: it does the same for each driver. One has a balloon and blocks, and facts that
// are read in place; the other has DIMMs and posts facts from a thread of its own.
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "control/fakes.h"
#include "control/posting_machine.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;

struct Blocks {
  using Machine = fakes::FakeMachine;
  static std::unique_ptr<Machine> make(const std::string& name, pid_t pid) {
    auto out = std::make_unique<Machine>(name, 1_GiB, 3_GiB);
    out->f.pid = pid;
    out->f.agent_socket = "/fake/" + name;
    return out;
  }
  static void deliver(Machine&) {}
};

struct Dimms {
  using Machine = fakes::PostingMachine;
  static std::unique_ptr<Machine> make(const std::string& name, pid_t pid) {
    return std::make_unique<Machine>(name, pid, 1_GiB,
                                     std::vector<Bytes>{512_MiB, 1_GiB, 1536_MiB, 2_GiB, 3_GiB, 4_GiB});
  }
  static void deliver(Machine& machine) { machine.deliver(); }
};

template <typename Driver>
class Drivers : public ::testing::Test {
 protected:
  typename Driver::Machine& add(const std::string& name, Bytes demand) {
    auto machine = Driver::make(name, static_cast<pid_t>(machines_.size() + 1));
    auto& out = *machine;
    machines_[name] = std::move(machine);
    w_.engine.machine_appeared(out);
    needs_[name] = demand;
    return out;
  }
  const MachineFacts& facts(const std::string& name) { return machines_.at(name)->facts(); }

  // Passes over `time`; law 1 and the levels hold at each.
  void run(Duration time) {
    for (Duration done{0}; done < time; done += 250ms) {
      w_.clock.advance(250ms);
      for (const auto& [name, machine] : machines_) {
        Driver::deliver(*machine);
        w_.engine.machine_changed(machine->id());
        report(name);
      }
      w_.engine.pass();
      EXPECT_LE(w_.engine.host().committed, capacity);
      for (const auto& [name, machine] : machines_)
        EXPECT_EQ(facts(name).levels.below(facts(name).target()), facts(name).target()) << name;
    }
  }

  void report(const std::string& name) {
    GuestState& s = w_.guest(name).s;
    s.service = Service::Speaking;
    GuestSample sample;
    sample.total = facts(name).assigned();
    sample.available = std::max(Bytes{}, *sample.total - needs_.at(name));
    sample.psi_some_us = 0;
    s.sample = sample;
    s.sampled_at = s.received_at = w_.clock.now();
    ++s.messages;
    w_.engine.guest_spoke(machines_.at(name)->id());
  }

  static constexpr Bytes capacity = 4_GiB;
  fakes::World w_{capacity};
  std::map<std::string, Bytes> needs_;
  std::map<std::string, std::unique_ptr<typename Driver::Machine>> machines_;
};

using Both = ::testing::Types<Blocks, Dimms>;
TYPED_TEST_SUITE(Drivers, Both);

TYPED_TEST(Drivers, GrowAVmThatRunsLow) {
  this->add("web", 1000_MiB);
  this->run(3s);
  EXPECT_GT(this->facts("web").assigned(), 1_GiB);
  EXPECT_EQ(this->w_.vm("web").status, Status::Ok);
}

TYPED_TEST(Drivers, TakeIdleMemoryForThoseWhoNeedIt) {
  this->add("rich", 2500_MiB);
  this->add("poor", 300_MiB);
  this->run(10s);
  ASSERT_GE(this->facts("rich").assigned(), 2500_MiB);
  this->needs_["rich"] = 300_MiB;
  this->needs_["poor"] = 2300_MiB;
  this->run(60s);
  EXPECT_GE(this->facts("poor").assigned(), 2300_MiB);
  EXPECT_LT(this->facts("rich").assigned(), 2500_MiB);
}

TYPED_TEST(Drivers, PromiseNoMoreThanThereIs) {
  for (const char* name : {"a", "b", "c"}) this->add(name, 3_GiB);
  this->run(30s);
  EXPECT_EQ(this->w_.engine.host().over_committed_passes, 0u);
}

TYPED_TEST(Drivers, WithdrawGrowthThatIsNotTaken) {
  auto& web = this->add("web", 1000_MiB);
  web.obedient = false;
  this->run(1s);
  ASSERT_GT(this->facts("web").target(), 1_GiB);
  bool withdrawn = false;
  for (int i = 0; i < 40 && !withdrawn; ++i) {
    this->run(250ms);
    withdrawn = this->facts("web").target() == 1_GiB;
  }
  EXPECT_TRUE(withdrawn);
}

TYPED_TEST(Drivers, LeaveAStaticVmAlone) {
  this->w_.settings.defaults.mode = Mode::Static;
  this->add("web", 1000_MiB);
  this->run(5s);
  EXPECT_EQ(this->facts("web").target(), 1_GiB);
}

}  // namespace
}  // namespace aerostat
