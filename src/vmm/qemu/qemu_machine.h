// QemuMachine: one VM behind one QEMU monitor. It keeps its MachineFacts true, by events for speed and by
// polling for correctness: events come at most once a second for each device, and the next poll makes up for
// a missed one. set_target() sends its commands at once and waits for nothing. While the link is not Up it
// does nothing, and the caller tries again. A machine that stops answering keeps its memory counted, and
// delays nobody.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "reactor/timer.h"
#include "vmm/device_ledger.h"
#include "vmm/machine.h"
#include "vmm/qemu/qemu_dimms.h"
#include "vmm/qemu/qemu_probe.h"
#include "vmm/qemu/qmp_client.h"
#include "vmm/qemu/stats_poll.h"
#include "vmm/refusals.h"

namespace aerostat {

// How often the state is read: every second, less where events report changes. Right after an order it is
// read fast enough to see the first new memory; then less often; and at rest's pace again when nothing moves
// any more.
inline constexpr Duration kPollAtRest = std::chrono::seconds(1);
// QEMU reports each change by itself, at most once a second for each device. If a VM has its target, polling
// only finds missed changes.
inline constexpr Duration kPollQuiet = std::chrono::seconds(4);
inline constexpr Duration kPollOrdered = std::chrono::milliseconds(20);
inline constexpr Duration kPollMoving = std::chrono::milliseconds(100);
inline constexpr Duration kOrderedFor = std::chrono::milliseconds(500);
inline constexpr Duration kMovingFor = std::chrono::seconds(10);
// After an unexpected answer, or a refused question, the devices are queried again after this. The time
// doubles while that does not help.
inline constexpr Duration kAskDevicesAgain = std::chrono::seconds(5);
inline constexpr Duration kAskDevicesMost = std::chrono::minutes(5);
class QemuMachine final : public Machine {
 public:
  // `changed` is called from the reactor, never from inside a call to this. It must not destroy the machine.
  QemuMachine(boost::asio::io_context& io, const Clock& clock, std::string name, std::string socket,
              std::function<void()> changed, Duration deadline = kQmpDeadline,
              QmpClient::PeerOf peer = peer_process);

  const VmId& id() const override { return id_; }
  const std::string& name() const override { return name_; }
  const MachineFacts& facts() const override { return facts_; }
  Bytes reachable(Bytes target) const override;
  void set_target(Bytes target) override;
  void prepare_to_grow() override;
  void manage(bool wanted) override;
  void watch(bool closely) override { stats_.closely(closely); }

  // What the facts are made of, for tests.
  const BalloonAndBlocks& memory() const { return memory_; }

  // For discovery.
  void start();
  void retry_now() { client_.retry_now(); }
  const std::string& socket() const { return client_.path(); }
  QmpClient::Absence absence() const { return client_.absence(); }
  bool connected() const { return client_.connected(); }
  // Another process serves the socket than the one of these facts: this is another VM.
  bool replaced() const { return replaced_; }
  const std::optional<ProcessId>& process() const { return client_.process(); }
  bool bypassed() const { return client_.bypassed(); }

 private:
  struct Round;

  void on_link();
  void on_event(const QmpEvent& event);
  void ask_devices();
  void adopt(Result<QemuDevices> devices);
  void refresh();
  void apply(const Round& round);
  void use_stats(const GuestSample& sample, TimePoint at);
  void aim();
  void order(bool balloon, Bytes value);
  void refused(bool balloon, Bytes value, const Error& error);
  void no_balloon(const std::string& why);
  void disbelieve(const std::string& why);
  bool quiet(TimePoint now) const;
  void follow_migration(bool migrating);
  void adopt_anew();
  void look();
  void schedule();
  void set_link(Link link, const std::string& note);
  void notify();
  bool up() const { return client_.link() == Link::Up && session_ == client_.times_up(); }

  boost::asio::io_context& io_;
  const Clock& clock_;
  VmId id_;
  std::string name_;
  std::function<void()> changed_;
  MachineFacts facts_;
  BalloonAndBlocks memory_;
  DeviceLedger ledger_{facts_, memory_};
  QemuDevices devices_;
  QemuDimms dimms_{client_};
  Refusals refusals_;
  std::string logged_refusal_;
  bool settle_balloon_ = false;  // with the next answer about the devices
  Bytes unmanaged_;  // in virtio-mem devices that are not ours: counted in the base, not in QEMU's balloon
  std::uint64_t session_ = 0;  // counts how often the link came up
  bool asking_ = false;        // querying the devices
  bool adopted_ = false;       // in this session
  bool managed_ = false;
  bool replaced_ = false;
  bool notifying_ = false;
  int rounds_ = 0;  // readings under way
  TimePoint ordered_at_{};
  TimePoint devices_asked_{};
  Duration devices_again_ = kAskDevicesAgain;
  std::optional<ProcessId> process_;  // the process of these facts
  MachineFacts told_;                 // as of the last `changed`
  Timer timer_;
  StatsPoll stats_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  QmpClient client_;  // last: its callbacks use everything above
};

}  // namespace aerostat
