// GuestTable: which guest systems can take part in what, and what each needs (data/guests.toml). A row is
// found by what the service in a guest says of its system. That is the guest's own word: a row restricts what
// is done with this guest and never gives it anything at the cost of others. Pure.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "model/guest_ability.h"
#include "model/guest_system.h"

namespace aerostat {

enum class Can { Yes, No, Unknown };  // Unknown: nobody tried; it counts as No

struct GuestRow {
  std::string id;     // stable, for programs: "windows-7-x86"
  std::string title;  // for people: "Windows 7 (Ultimate, Enterprise; x86)"

  // Which guests it is for. What is empty is not looked at.
  std::string os;
  std::vector<std::string> names, editions, archs;
  std::vector<std::string> versions;            // "12": 12 and 12.anything
  std::string release_has;                      // a part of the kernel's release: ".el9"
  std::vector<int> kernel_from, kernel_before;  // {5, 8}

  std::optional<int> service_pack;  // the least with which it takes part
  std::array<Can, 4> can{Can::Unknown, Can::Unknown, Can::Unknown, Can::Unknown};  // by GuestAbility
  std::string least_service;  // version of aerostat-guest
  std::optional<Bytes> least_startup, alignment;
  std::optional<Bytes> maximum;  // that its licence or its architecture allows
  std::string unsupported;       // a clause: why it takes no part; empty: it does
  std::string install;           // what it needs inside
  std::vector<std::string> defects, sources;
  std::string run_on_real;  // what was run on a real guest; empty: nothing
  bool general = false;     // for guests without a row of their own

  Can ability(GuestAbility what) const { return can[static_cast<std::size_t>(what)]; }
};

// What follows for one guest.
struct GuestStanding {
  std::string row;       // its id; empty: no service has said what the guest is
  std::string title;     // of the guest, for people
  bool general = false;  // it has no row of its own
  std::string unfit;     // a sentence: why it takes no part; empty: it does
  std::array<Can, 4> can{Can::Yes, Can::Yes, Can::Yes, Can::Yes};
  std::optional<Bytes> maximum, least_startup;
  std::string too_new;  // a sentence: its service is newer than this host; empty: it is not
  std::string remedy;   // what to do; empty: nothing
  std::string install;  // what it needs inside
  std::vector<std::string> defects;

  bool takes_part() const { return unfit.empty(); }
  Can ability(GuestAbility what) const { return can[static_cast<std::size_t>(what)]; }
  friend bool operator==(const GuestStanding&, const GuestStanding&) = default;
};

class GuestTable {
 public:
  GuestTable() = default;
  // The first row that fits counts, so rows for few guests come before rows for many.
  explicit GuestTable(std::vector<GuestRow> rows) : rows_(std::move(rows)) {}

  const std::vector<GuestRow>& rows() const { return rows_; }
  // Null: no row fits.
  const GuestRow* find(const GuestSystem& system) const;
  // `service`: the version that speaks in the guest; `host`: this one's.
  GuestStanding standing(const GuestSystem& system, std::string_view service, std::string_view host) const;

 private:
  std::vector<GuestRow> rows_;
};

// The numbers that a version begins with: "6.1.0-30-cloud" is {6, 1, 0}. Empty: it begins with none.
std::vector<int> version_numbers(std::string_view text);
// For people: "balloon", "DIMM", "virtio-mem", "hv-balloon".
std::string_view ability_name(GuestAbility what);

}  // namespace aerostat
