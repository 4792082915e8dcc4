#include "control/books.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace aerostat {

namespace {

Bytes bounded(Bytes amount) { return std::clamp(amount, Bytes{}, kMostOfOneClaim); }

}  // namespace

VmClaim& Books::open(const std::vector<std::string>& names) {
  VmClaim& claim = vms_.emplace_back();
  claim.owner = names.front();
  for (Reservation& each : reservations_) {
    if (!each.taken_by && std::ranges::find(names, each.owner) != names.end()) each.taken_by = &claim;
  }
  return claim;
}

void Books::known(const VmClaim& claim) {
  std::erase_if(reservations_, [&](const Reservation& each) { return each.taken_by == &claim; });
}

void Books::close(VmClaim& claim) {
  count(claim, {}, {}, {});
  for (Reservation& each : reservations_) {
    if (each.taken_by == &claim) each.taken_by = nullptr;
  }
  vms_.remove_if([&](const VmClaim& each) { return &each == &claim; });
}

void Books::count(VmClaim& claim, Bytes amount, Bytes resident, Bytes least) {
  const VmClaim before = std::exchange(
      claim,
      {claim.owner, bounded(amount), std::max(Bytes{}, bounded(amount) - bounded(resident)), bounded(least)});
  held_ += claim.amount - before.amount;
  untouched_ += claim.untouched - before.untouched;
  least_ += claim.least - before.least;
}

void Books::add_orphan(OrphanClaim orphan) {
  orphan.amount = bounded(orphan.amount);
  orphaned_ += orphan.amount;
  orphans_.push_back(std::move(orphan));
}

std::optional<OrphanClaim> Books::take_orphan(const ProcessId& process) {
  const auto found =
      std::ranges::find_if(orphans_, [&](const OrphanClaim& each) { return each.process.may_be(process); });
  if (found == orphans_.end()) return std::nullopt;
  OrphanClaim out = std::move(*found);
  orphans_.erase(found);
  orphaned_ -= out.amount;
  return out;
}

std::vector<OrphanClaim> Books::untold_orphans(TimePoint before) {
  std::vector<OrphanClaim> out;
  for (OrphanClaim& each : orphans_) {
    if (each.told || each.since > before) continue;
    each.told = true;
    out.push_back(each);
  }
  return out;
}

Result<void> Books::reserve(const std::string& owner, Bytes amount) {
  if (amount <= Bytes{})
    return fail(Error::Kind::Invalid, owner + ": nothing is to be reserved; give a size above 0");
  const Bytes most = left_for(owner);
  if (amount > most) {
    return fail(Error::Kind::Refused,
                fmt::format("{} cannot be reserved for {}: with every VM at its minimum {} would be left",
                            format_bytes(amount), owner, format_bytes(std::max(Bytes{}, most))));
  }
  keep(owner, amount);
  return {};
}

void Books::keep(const std::string& owner, Bytes amount) {
  release(owner);
  reservations_.push_back({owner, bounded(amount), nullptr});
}

bool Books::release(const std::string& owner) {
  return std::erase_if(reservations_, [&](const Reservation& each) { return each.owner == owner; }) > 0;
}

const Reservation* Books::reservation(const std::string& owner) const {
  const auto found =
      std::ranges::find_if(reservations_, [&](const Reservation& each) { return each.owner == owner; });
  return found == reservations_.end() ? nullptr : &*found;
}

Bytes Books::reserved() const {
  Bytes sum;
  if (ignores_reservations_) return sum;
  for (const Reservation& each : reservations_) sum += each.rest();
  return sum;
}

Bytes Books::left_beside(const VmClaim& claim) const {
  return capacity_ - reserve_ - orphaned_ - reserved() - (least_ - claim.least);
}

Bytes Books::left_for(const std::string& owner) const {
  Bytes left = capacity_ - reserve_ - orphaned_ - least_;
  for (const VmClaim& each : vms_) {
    if (each.owner == owner) left += each.least;
  }
  for (const Reservation& each : reservations_) {
    if (each.owner != owner) left -= each.rest();
  }
  return left;
}

HostView Books::view() const {
  HostView out;
  out.capacity = capacity_;
  out.reserve = reserve_;
  out.reserved = reserved();
  out.elsewhere = orphaned_;
  return out;
}

HostView Books::view_of(const VmClaim& one) const {
  HostView out = view();
  out.elsewhere += held_ - one.amount;
  return out;
}

}  // namespace aerostat
