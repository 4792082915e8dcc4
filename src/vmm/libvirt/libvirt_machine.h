// LibvirtMachine: one running domain. It lives in the reactor; its calls to libvirt run in a CallPool and
// come back as values. Until its owner wants it managed it is only watched: read now and then, and changed
// only by an order, set_target(). A domain that does not answer keeps its memory counted and delays nobody.
//
// Measured on libvirt 9.0 with QEMU 7.2: setmem sets the balloon, without virtio-mem; the balloon's size in
// virDomainMemoryStats() is QEMU's own of that moment; what is plugged comes from events, at most 1 s late.
// One reboot shows as several reboot events.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "reactor/timer.h"
#include "vmm/device_ledger.h"
#include "vmm/libvirt/call_pool.h"
#include "vmm/libvirt/domain_calls.h"
#include "vmm/libvirt/libvirt_watch.h"
#include "vmm/machine.h"
#include "vmm/refusals.h"

namespace aerostat {

// How often a domain is read: one that is only watched; one that is managed and has its target; and one that
// moves. Events cause a reading in between.
inline constexpr Duration kReadWatched = std::chrono::seconds(10);
inline constexpr Duration kReadManaged = std::chrono::seconds(2);
inline constexpr Duration kReadClosely = std::chrono::milliseconds(500);
inline constexpr Duration kReadMoving = std::chrono::milliseconds(150);
inline constexpr Duration kReadMovingFor = std::chrono::seconds(10);
// After a reading that failed, the next one is tried after this.
inline constexpr Duration kReadAgain = std::chrono::seconds(1);
// libvirt hears of plugged memory at most once a second, and tells us a moment later.
inline constexpr Duration kPlugLag = std::chrono::milliseconds(1200);

class LibvirtMachine final : public Machine {
 public:
  // Both are called from the reactor, never from inside a call to this. They must not destroy the machine.
  struct Told {
    std::function<void()> facts, settings;
  };
  LibvirtMachine(boost::asio::io_context& io, const Clock& clock, CallPool& pool, DomainPlace place,
                 Told changed, Duration deadline);

  const VmId& id() const override { return id_; }
  const std::string& name() const override { return place_.name; }
  const MachineFacts& facts() const override { return facts_; }
  Bytes reachable(Bytes target) const override;
  void set_target(Bytes target) override;
  void prepare_to_grow() override {}  // libvirt's orders are too slow for a trade
  void manage(bool wanted) override;
  void watch(bool closely) override;

  // For the driver.
  void connected();
  void disconnected(const std::string& why);
  void news(const DomainNews& news);
  // It does not run any more, or another process has taken its place: why. Empty: it runs, or may.
  const std::string& gone() const { return gone_; }
  void look_at_process();  // while nobody else can tell
  // The settings in its <metadata>.
  const Settings& settings() const { return settings_; }
  // Writes them. `done` is called once from the reactor, never from inside.
  void keep(const Settings& settings, std::function<void(Result<void>)> done);
  const BalloonAndBlocks& memory() const { return memory_; }  // for tests

 private:
  void read();
  void take(Result<DomainReading> reading, std::uint64_t orders);
  void apply(const DomainReading& reading, std::uint64_t orders);
  void use_stats(const DomainReading& reading);
  bool offer_dimms(const DomainXml& xml, DeviceLedger::Reading& seen);
  std::string note_of(const DomainXml& xml) const;
  void silent(Link link, const std::string& why);
  void settle();
  void aim();
  void order(bool balloon, Bytes value);
  void answered(bool balloon, Bytes value, const Result<void>& done);
  void refused(bool balloon, Bytes value, const Error& error);
  void say_refusals();
  void follow_period();
  void schedule();
  void read_after(Duration wait);
  void set_link(Link link, const std::string& note);
  void notify();
  bool up() const { return facts_.link == Link::Up && adopted_; }

  boost::asio::io_context& io_;
  const Clock& clock_;
  CallPool& pool_;
  DomainPlace place_;
  VmId id_;
  std::function<void()> changed_;
  std::function<void()> settings_changed_;
  Duration deadline_;
  MachineFacts facts_, told_;
  BalloonAndBlocks memory_;
  DeviceLedger ledger_{facts_, memory_, kPlugLag};
  std::optional<DomainPlug> plug_;    // the device that we manage
  Bytes unmanaged_;                   // in the others
  std::vector<int> our_dimms_;        // their numbers
  std::optional<int> added_dimm_;     // libvirt said yes to it, and no reading told of it since
  int period_ = 0;                    // of the balloon's statistics, as read
  std::optional<int> period_before_;  // before we set it
  bool setting_period_ = false;
  std::uint64_t stats_updated_ = 0;
  GuestSample last_sample_;
  Settings settings_;
  std::string gone_;
  bool connected_ = false;
  bool adopted_ = false;  // read since the last connection, or since it fell silent
  bool lost_orders_ = false;
  bool unsettled_ = true;  // its balloon's target may not be ours
  bool managed_ = false, closely_ = false, busy_ = false;
  bool reading_ = false, read_again_ = false, settling_ = false, notifying_ = false;
  std::uint64_t life_ = 0;  // counts connections and silences: answers of earlier ones mean nothing
  TimePoint ordered_at_{}, plug_lowered_at_{};
  Bytes plug_before_;  // was asked for until plug_lowered_at_, and may have arrived unheard
  Refusals refusals_;
  Timer timer_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace aerostat
