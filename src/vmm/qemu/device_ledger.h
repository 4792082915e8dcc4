// DeviceLedger: what was asked of a VM's balloon and hot-pluggable memory, and what is seen of them, kept in
// its MachineFacts so that committed() is never less than the truth (law 1). Pure: readings in, orders out.
//
// Raised requests count from the moment they are ordered. Lowered ones count in full until a reading that was
// asked for *after* the order has been answered: QEMU works in order, so the order was then in force, and
// nothing that was plugged just before it is missed. Every order must therefore be followed by a reading.
//
// Measured on QEMU 7.2: a reboot of the guest unplugs everything at once and changes nothing of what was
// asked. The balloon's last size stays on show until the guest's driver is loaded again, some seconds later,
// while the guest in truth uses all of its base; and an event of before the reset may arrive after it, for
// events are held back up to 1 s.
//
// QEMU tells what it was asked to plug, but not the balloon's target: after a start of the daemon a deflation
// ordered by its predecessor may be under way. Until we have ordered a target ourselves it is unknown, and
// the whole base counts.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/clock.h"
#include "vmm/machine.h"
#include "vmm/qemu/target_split.h"

namespace aerostat {

// Plugged memory that does not shrink for this long though asked to is stuck: the balloon steps in. Linux
// unplugs a block in some ms; when it finds none it pauses, 5 s at first, then longer. A guest that is short
// of memory has nowhere to move pages to and so finds none, whereas a balloon makes it page out.
inline constexpr Duration kUnplugPatience = std::chrono::seconds(1);
// A balloon that holds nothing, and takes nothing for as long though asked to, has no driver: nothing is
// plugged in exchange for it until it is seen to move.
inline constexpr Duration kBalloonPatience = std::chrono::seconds(1);
// In a trade the guest is owed memory for no longer than this, from when that is seen, or gets it back: a
// device without a driver, a balloon that takes only a part. Under TCG one took 0.1 s.
inline constexpr Duration kTradePatience = std::chrono::seconds(3);
// Then none is tried for as long: it wants work of a guest that may not be able to do it. Twice as long after
// each that fails in a row, an hour at most.
inline constexpr Duration kTradeAgain = std::chrono::minutes(1);
// A reset through the firmware shows as two RESET events (Q35 with SeaBIOS, 30 ms apart): one reboot.
inline constexpr Duration kSameReset = std::chrono::seconds(1);

class DeviceLedger {
 public:
  struct Reading {
    std::uint64_t orders = 0;  // orders() when the question was sent
    Bytes base;
    Bytes unmanaged;               // of the base, held by devices that are not ours
    std::optional<Bytes> balloon;  // missing: it has none
    std::optional<Bytes> plugged;  // missing: it cannot be plugged
    Bytes plug_requested;
  };
  struct Orders {
    std::optional<Bytes> balloon;
    std::optional<Bytes> plug;
  };

  explicit DeviceLedger(MachineFacts& facts) : facts_(facts) {}

  // The balloon will be ordered to stay where it was just seen to be; from then on its target is known.
  void adopt_balloon(Bytes actual);
  // What to order now so that the VM arrives at `target`; nothing if that is in force already. A device that
  // is not to be asked now is left as it is.
  Orders aim(Bytes target, bool ask_balloon = true, bool ask_plug = true);
  // The guest has memory to spare: if it has little room in its last block, another may be opened
  // (with_room_in_block), for which the balloon makes up. Void with another target; refused for a while after
  // a trade that was not done.
  void open_block(Bytes target, TimePoint now);
  bool opens() const { return opens_at_.has_value(); }
  // `target`, rounded and cut to what the devices can do.
  Bytes reachable(Bytes target) const;
  // Counts orders sent so far.
  std::uint64_t orders() const { return orders_; }
  // An order was carried out, or answered with an error. QEMU refuses before it changes anything: what was
  // carried out last is in force. What it was asked to plug the next reading tells.
  void order_done(bool balloon, Bytes value);
  void order_failed(bool balloon, Bytes value, TimePoint now);
  // False: the balloon carried out nothing that we ordered.
  bool balloon_obeys() const { return balloon_in_force_.has_value(); }

  void read(const Reading& reading, TimePoint now);
  void balloon_changed(Bytes actual, TimePoint now);  // events
  void plug_changed(Bytes plugged, TimePoint now);
  void guest_reset(TimePoint now);

  // Everything ordered has been reached.
  bool settled() const;
  bool balloon_stuck() const { return inflation_.stuck; }
  bool trade_stuck() const { return trade_.stuck; }
  // When something last moved towards what was ordered, or was ordered.
  TimePoint moved_at() const { return moved_at_; }

 private:
  // Something the guest was asked for.
  struct Asked {
    TimePoint progress{};
    bool under_way = false;
    bool stuck = false;
    void follow(bool asked, bool progressed, TimePoint now, Duration patience);
  };

  // What is plugged when a trade at this target is done.
  Bytes open_at(Bytes target) const;
  void follow_trade(TimePoint now);
  void end_trade();
  void give_up_trade(TimePoint now);
  void saw_balloon(Bytes actual, TimePoint now);
  void saw_plugged(Bytes plugged, TimePoint now);

  MachineFacts& facts_;
  std::uint64_t orders_ = 0;
  std::optional<Bytes> balloon_ordered_;
  std::optional<Bytes> balloon_in_force_;  // the last order that was answered well
  std::optional<Bytes> plug_ordered_;
  // The balloon of before a reset. While this is all we see, by reading or by event, it is not believed.
  std::optional<Bytes> stale_balloon_;
  TimePoint reset_at_{};
  TimePoint moved_at_{};
  Asked unplug_, inflation_, trade_;
  std::optional<Bytes> opens_at_;    // the target at which a trade is wanted, or under way
  std::optional<Bytes> returns_to_;  // the target of a trade that was given up: what was taken comes back
  TimePoint trade_again_{};
  int trades_failed_ = 0;  // in a row
};

}  // namespace aerostat
