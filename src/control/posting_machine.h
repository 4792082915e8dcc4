// PostingMachine: a VM of another kind for tests of the loop. Its memory is DIMMs, so that it has a few sizes
// and nothing between them; it has no balloon. Its driver lives in a thread of its own, which does as it was
// told and posts facts by value. Whoever runs the loop takes them over with deliver().
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "vmm/machine.h"

namespace aerostat::fakes {

class PostingMachine final : public Machine {
 public:
  PostingMachine(std::string name, pid_t pid, Bytes boots_with, std::vector<Bytes> sizes)
      : name_(std::move(name)) {
    facts_.link = Link::Up;
    facts_.run_state = RunState::Running;
    facts_.known = true;
    facts_.pid = pid;
    facts_.agent_socket = "/fake/" + name_;
    facts_.base = facts_.at_once = boots_with;
    facts_.amounts = {boots_with, boots_with, boots_with, boots_with};
    facts_.levels = Levels::sizes(std::move(sizes));
    facts_.can_change = facts_.as_booted = true;
    facts_.devices = {"DIMMs"};
    driver_ = std::thread([this, facts = facts_]() mutable { drive(std::move(facts)); });
  }
  ~PostingMachine() override {
    tell({.target = {}, .ends = true});
    driver_.join();
  }
  PostingMachine(const PostingMachine&) = delete;
  PostingMachine& operator=(const PostingMachine&) = delete;

  const VmId& id() const override { return id_; }
  const std::string& name() const override { return name_; }
  const MachineFacts& facts() const override { return facts_; }
  Bytes reachable(Bytes target) const override { return facts_.levels.below(target); }
  void set_target(Bytes target) override {
    facts_.amounts.target = reachable(target);
    facts_.amounts.committed = std::max(facts_.assigned(), facts_.target());
    facts_.ordered = true;
    tell({.target = facts_.target(), .obeys = obedient});
  }

  // All that its driver has posted so far: true if there was anything. Orders are carried out by then.
  bool deliver() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return orders_.empty() && !busy_; });
    if (posted_.empty()) return false;
    facts_ = posted_.back();
    posted_.clear();
    return true;
  }

  bool obedient = true;

 private:
  struct Order {
    Bytes target;
    bool obeys = true;
    bool ends = false;
  };

  void tell(Order order) {
    const std::lock_guard lock(mutex_);
    orders_.push_back(order);
    wake_.notify_one();
  }

  void drive(MachineFacts facts) {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return !orders_.empty(); });
      const Order order = orders_.front();
      orders_.pop_front();
      if (order.ends) return;
      busy_ = true;
      lock.unlock();
      const Bytes now = order.obeys ? order.target : facts.assigned();
      facts.amounts = {now, now, order.target, std::max(now, order.target)};
      facts.giving = now > order.target;
      facts.added = std::max(Bytes{}, now - facts.base);
      facts.at_once = now;
      facts.as_booted = now == facts.base;
      facts.ordered = true;
      lock.lock();
      posted_.push_back(facts);
      busy_ = false;
      idle_.notify_all();
    }
  }

  std::string name_;
  VmId id_{"posting", name_};
  MachineFacts facts_;  // as of the last delivery, and what was asked since
  std::mutex mutex_;
  std::condition_variable wake_, idle_;
  std::deque<Order> orders_;
  std::vector<MachineFacts> posted_;
  bool busy_ = false;
  std::thread driver_;
};

}  // namespace aerostat::fakes
