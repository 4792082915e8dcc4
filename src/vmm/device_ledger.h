// DeviceLedger: the requested and the visible sizes of a VM's balloon and hot-pluggable memory, kept in its
// facts so that committed() is never less than the truth (law 1). Pure: readings in, orders out.
//
// Raised requests count from the moment they are ordered. Lowered ones count in full until a reading that was
// requested *after* the order has been answered. QEMU works in order, so the order was then in force, and
// nothing that was plugged just before it is missed. Every order must therefore be followed by a reading.
//
// Measured on QEMU 7.2: a reboot of the guest unplugs everything at once and changes no requested size. The
// balloon's last size stays visible until the guest's driver is loaded again, some seconds later, while the
// guest really uses all of its base. An event from before the reset may arrive after it, because events are
// held back up to 1 s.
//
// QEMU reports the requested plugged size, but not the balloon's target. After a start of the daemon, a
// deflation ordered by its predecessor may be under way. Until we have ordered a target ourselves it is
// unknown, and the whole base counts.
//
// Measured on QEMU 7.2: a DIMM is there when the order to add it is answered, and the balloon's numbers then
// include it, while the memory in the balloon stays the same. So the order in force at the balloon moves by
// as much. A DIMM counts as requested from the order until it is a part of the base. Meanwhile the balloon
// gets no order, because it would be known neither with the DIMM nor without it.
//
// If somebody else gives the VM orders, ours are void: the facts count that (`meddlings`), nothing is asked
// of the VM any more, and an unknown target of its balloon counts as above.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "vmm/balloon_and_blocks.h"
#include "vmm/machine.h"
#include "vmm/other_hand.h"
#include "vmm/target_split.h"

namespace aerostat {

// If plugged memory does not shrink for this long after an order, it is stuck, and the balloon takes over.
// Linux unplugs a block within milliseconds. If it finds none it pauses, 5 s at first, then longer. A guest
// that is short of memory has nowhere to move pages to and so finds none, whereas a balloon makes it page
// out.
inline constexpr Duration kUnplugPatience = std::chrono::seconds(1);
// A balloon that holds nothing, and takes nothing for this long after an order, has no driver. Nothing is
// plugged in exchange for it until it is seen to move.
inline constexpr Duration kBalloonPatience = std::chrono::seconds(1);
// In a trade the guest lends memory for at most this long, from when that is seen. Then it gets it back: a
// device without a driver, a balloon that takes only a part. Under TCG one trade took 0.1 s.
inline constexpr Duration kTradePatience = std::chrono::seconds(3);
// Then none is tried for this long, because it needs work of a guest that may not be able to do it. Twice as
// long after each failure in a row, up to an hour.
inline constexpr Duration kTradeAgain = std::chrono::minutes(1);
// A guest that took in a part of what Hyper-V's device offered, and no more for this long, refused the rest.
// The device then adds no more until a reset. One that takes in more after all was slow.
inline constexpr Duration kAdditionPatience = std::chrono::seconds(10);
// A driver of Hyper-V's balloon that was loaded anew is not believed to be again within this. An update loads
// it once.
inline constexpr Duration kReloadAgain = std::chrono::minutes(1);
// A reset through the firmware shows as two RESET events (Q35 with SeaBIOS, 30 ms apart): one reboot.
inline constexpr Duration kSameReset = std::chrono::seconds(1);
// A balloon that leaves what we ordered gets no order for this long. Two readings mostly tell whose hand it
// is within 0.4 s (kSureAfter); a guest in want waits no longer. Plugging goes on.
inline constexpr Duration kSureWithin = std::chrono::seconds(1);

// For people: what the owner of such a balloon should know.
inline constexpr std::string_view kDeflatesOnOom =
    "its balloon has deflate-on-oom: when its guest runs out, it takes memory back without asking; better "
    "start it without";

class DeviceLedger {
 public:
  struct Reading {
    std::uint64_t orders = 0;  // orders() when the question was sent
    Bytes base;
    Bytes unmanaged;               // part of the base, held by devices that are not ours
    std::optional<Bytes> balloon;  // missing: it has none
    std::optional<Bytes> plugged;  // missing: it cannot be plugged
    Bytes plug_requested;
    Bytes dimms = {};              // part of the base: DIMMs that we added
    bool by_hyperv = false;        // the balloon is Hyper-V's
    Bytes reach = {};              // part of the base: what that balloon can add to what it booted with
    bool deflates_on_oom = false;  // the guest may take back what the balloon holds
  };
  struct Orders {
    std::optional<Bytes> balloon;
    std::optional<Bytes> plug;
  };

  // `lag`: how much later than they happen a driver may hear of changes to plugged memory.
  DeviceLedger(MachineFacts& facts, BalloonAndBlocks& memory, Duration lag = {})
      : facts_(facts), memory_(memory), lag_(lag) {}

  // The balloon will be ordered to keep the size just seen. From then on its target is known.
  void adopt_balloon(Bytes actual);
  // The orders needed now so that the VM arrives at `target`; none if they are already in force. A device
  // that must not be ordered now stays as it is. So does a balloon while it is being found out whose hand
  // moves it (kSureWithin): our order would hide that, and undo what they did.
  Orders aim(Bytes target, bool ask_balloon = true, bool ask_plug = true);
  // The guest has memory to spare: if it has little room in its last block, another may be opened
  // (with_room_in_block), for which the balloon compensates. Void with another target; refused for a while
  // after a failed trade.
  void open_block(Bytes target, TimePoint now);
  // What it is to have in all; missing: what it has been told is void.
  void want(std::optional<Bytes> goal);
  bool opens() const { return opens_at_.has_value(); }
  // `target`, rounded and cut to what the devices can do.
  Bytes reachable(Bytes target) const;
  // Counts orders sent so far.
  std::uint64_t orders() const { return orders_; }
  // An order was carried out, or answered with an error. QEMU refuses before it changes anything, so the last
  // successful order is in force. The next reading shows the requested plugged size.
  void order_done(bool balloon, Bytes value);
  void order_failed(bool balloon, Bytes value, TimePoint now);
  // Linux counts what a balloon with deflate-on-oom holds as memory in use, and so do its statistics.
  GuestSample without_balloon(GuestSample statistics) const;
  // False: the balloon carried out none of our orders.
  bool balloon_obeys() const { return balloon_in_force_.has_value(); }

  void read(const Reading& reading, TimePoint now);
  void balloon_changed(Bytes actual, TimePoint now);  // events
  void plug_changed(Bytes plugged, TimePoint now);
  void guest_reset(TimePoint now);

  // What was ordered over an earlier connection may never have arrived.
  void begin_session();
  // Nor is it known which of our orders are in force: the balloon's target is unknown.
  void lose_orders();
  // The balloon is not where it should be: it should be read soon.
  bool wonders() const;
  // Everything ordered has been reached.
  bool settled() const;
  bool balloon_stuck() const { return inflation_.stuck; }
  bool trade_stuck() const { return trade_.stuck; }
  // When something last moved towards what was ordered, or was ordered.
  TimePoint moved_at() const { return moved_at_; }

 private:
  // Something was requested of the guest.
  struct Asked {
    TimePoint progress{};
    bool under_way = false;
    bool stuck = false;
    void follow(bool asked, bool progressed, TimePoint now, Duration patience);
  };

  // A DIMM was ordered, and is not seen yet.
  bool dimm_comes() const;
  // The plugged size when a trade at this target is done.
  Bytes open_at(Bytes target) const;
  void follow_trade(TimePoint now);
  void end_trade();
  void give_up_trade(TimePoint now);
  void watch_other_hand(std::optional<Bytes> plug_before, TimePoint now);
  bool finds_out() const;
  void meddled(std::string how);
  void saw_balloon(Bytes actual, TimePoint now);
  void follow_addition(TimePoint now);
  void watch_reload(Bytes before, TimePoint now);
  void saw_plugged(Bytes plugged, TimePoint now);

  MachineFacts& facts_;
  BalloonAndBlocks& memory_;
  Duration lag_;
  std::uint64_t orders_ = 0;
  std::optional<Bytes> balloon_ordered_;
  std::optional<Bytes> balloon_in_force_;  // the last order that succeeded
  std::optional<Bytes> plug_ordered_;
  // The balloon of before a reset. While this is all we see, by reading or by event, it is not believed.
  std::optional<Bytes> stale_balloon_;
  TimePoint reset_at_{};
  std::uint64_t reset_orders_ = 0;  // orders() at the last reset: an earlier question shows what is gone
  TimePoint moved_at_{};
  Asked unplug_, inflation_, trade_;
  Asked addition_;  // of a balloon of Hyper-V, above what the VM booted with
  bool grew_since_order_ = false;
  bool again_ = false;  // the balloon forgot its order at a reset, or its driver was loaded anew
  std::optional<TimePoint> reloaded_at_;
  bool deflates_on_oom_ = false;
  OtherHand hand_;
  std::optional<TimePoint> off_since_;  // the balloon is where nobody of us wants it
  TimePoint looked_at_{};               // it was last seen
  std::optional<Bytes> opens_at_;       // the target at which a trade is wanted, or under way
  std::optional<Bytes> returns_to_;     // the target of a failed trade: what was taken comes back
  TimePoint trade_again_{};
  int trades_failed_ = 0;  // in a row
};

}  // namespace aerostat
