// Books: all claims on the host's memory. A claim is what a VM holds or was promised, what an orphan holds (a
// process that runs on without a monitor), or a reservation for a VM that is about to start. Only this class
// sums claims, checks law 1 and says what is free. Pure bookkeeping: the engine reports what it counted, saw
// and was asked for. Every sum is kept up to date, so reading one costs nothing.
#pragma once

#include <algorithm>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/process.h"
#include "base/result.h"
#include "model/views.h"

namespace aerostat {

// No host has more memory. This bounds a claim, so that no sum of claims overflows.
inline constexpr Bytes kMostOfOneClaim = Bytes::of(std::int64_t{1} << 46);

// What a VM holds or was promised.
struct VmClaim {
  std::string owner;
  Bytes amount;
  Bytes untouched;  // of this, not in use on the host: the kernel must still find it
  Bytes least;      // of this, kept whatever others need
};

struct OrphanClaim {
  std::string owner;
  ProcessId process;
  Bytes amount;
  TimePoint since{};
  bool told = false;  // that it runs on

  friend bool operator==(const OrphanClaim&, const OrphanClaim&) = default;
};

struct Reservation {
  std::string owner;
  Bytes amount;
  const VmClaim* taken_by = nullptr;  // its VM appeared, and its facts are not known yet

  // The part that its VM does not hold yet.
  Bytes rest() const { return taken_by ? std::max(Bytes{}, amount - taken_by->amount) : amount; }
};

class Books {
 public:
  Books(Bytes capacity, Bytes reserve) : capacity_(capacity), reserve_(reserve) {}
  void set_budget(Bytes capacity, Bytes reserve) { capacity_ = capacity, reserve_ = reserve; }
  Bytes capacity() const { return capacity_; }
  Bytes reserve() const { return reserve_; }

  // A VM appeared that people may call by any of `names`. Its claim uses the first, and is valid until
  // close(). It takes a reservation of such a name, which still counts with the part that the VM does not
  // hold yet.
  VmClaim& open(const std::vector<std::string>& names);
  void rename(VmClaim& claim, const std::string& owner) { claim.owner = owner; }
  // The facts of the VM are known: it now holds what was reserved for it.
  void known(const VmClaim& claim);
  // The VM vanished and holds nothing. A reservation that it had taken waits again.
  void close(VmClaim& claim);
  // What the VM holds now. Each amount is cut to [0, kMostOfOneClaim].
  void count(VmClaim& claim, Bytes amount, Bytes resident, Bytes least);

  void add_orphan(OrphanClaim orphan);
  // Ends the claim of the orphan that may be this process. Nothing: there is none.
  std::optional<OrphanClaim> take_orphan(const ProcessId& process);
  const std::vector<OrphanClaim>& orphans() const { return orphans_; }
  // Orphans since before `before` that have not been reported yet. This call marks them as reported.
  std::vector<OrphanClaim> untold_orphans(TimePoint before);

  // Replaces an earlier reservation of the owner. Refuses an amount that could never be free: more than the
  // capacity leaves when each VM holds its least.
  Result<void> reserve(const std::string& owner, Bytes amount);
  // The same whatever is free: it was promised already, by an earlier daemon.
  void keep(const std::string& owner, Bytes amount);
  // False: nothing was reserved for it.
  bool release(const std::string& owner);
  // Nothing: none, or its VM is known. Valid until the books change.
  const Reservation* reservation(const std::string& owner) const;

  Bytes committed() const { return held_ + orphaned_; }  // by VMs and orphans
  Bytes reserved() const;
  Bytes untouched() const { return untouched_; }
  Bytes free() const { return within_law() - reserved(); }
  // How far committed memory exceeds law 1. Reserved memory is given to nobody yet: others may need a while
  // to make room for it.
  Bytes over() const { return std::max(Bytes{}, -within_law()); }
  // What this VM could have if each other VM held its least.
  Bytes left_beside(const VmClaim& claim) const;
  Bytes left_for(const std::string& owner) const;
  // The peak of committed memory over all marked moments, at which every claim was counted.
  void mark_peak() { peak_ = std::max(peak_, committed()); }
  Bytes peak() const { return peak_; }

  // The host as a plan for all VMs sees it, or a plan for one: all other claims lie outside it. The caller
  // adds the VMs themselves.
  HostView view() const;
  HostView view_of(const VmClaim& one) const;

  // Guards switched off in tests: no reservation counts.
  void ignore_reservations() { ignores_reservations_ = true; }

 private:
  Bytes within_law() const { return capacity_ - reserve_ - committed(); }

  Bytes capacity_, reserve_;
  std::list<VmClaim> vms_;
  std::vector<OrphanClaim> orphans_;
  std::vector<Reservation> reservations_;
  Bytes held_, untouched_, least_, orphaned_, peak_;
  bool ignores_reservations_ = false;
};

}  // namespace aerostat
