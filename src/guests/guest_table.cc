#include "guests/guest_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/ascii.h"

namespace aerostat {

namespace {

// No version has more parts or larger ones. Guests send any text.
constexpr std::size_t kMostParts = 4;
constexpr int kMostPart = 1'000'000;

bool same(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

// Nothing listed: any will do.
bool listed(const std::vector<std::string>& list, std::string_view word) {
  return list.empty() || std::ranges::any_of(list, [&](const std::string& one) { return same(one, word); });
}

bool begins(const std::vector<std::string>& versions, std::string_view version) {
  return versions.empty() || std::ranges::any_of(versions, [&](const std::string& one) {
           return version == one || (version.starts_with(one) && version[one.size()] == '.');
         });
}

bool fits(const GuestRow& row, const GuestSystem& system) {
  if (!row.os.empty() && !same(row.os, system.os)) return false;
  if (!listed(row.names, system.name) || !listed(row.editions, system.edition) ||
      !listed(row.archs, system.arch) || !begins(row.versions, system.version))
    return false;
  if (system.release.find(row.release_has) == std::string::npos) return false;
  if (row.kernel_from.empty() && row.kernel_before.empty()) return true;
  const std::vector<int> kernel = version_numbers(system.release);
  if (kernel.empty()) return false;
  return kernel >= row.kernel_from && (row.kernel_before.empty() || kernel < row.kernel_before);
}

// Missing or unreadable versions are not compared.
bool older(std::string_view a, std::string_view b) {
  const std::vector<int> x = version_numbers(a), y = version_numbers(b);
  return !x.empty() && !y.empty() && x < y;
}

// Without what follows the numbers: a guest must not put words into advice for the host.
std::string numbers_of(std::string_view version) {
  return fmt::format("{}", fmt::join(version_numbers(version), "."));
}

}  // namespace

std::vector<int> version_numbers(std::string_view text) {
  std::vector<int> out;
  std::size_t at = 0;
  while (out.size() < kMostParts && at < text.size() && text[at] >= '0' && text[at] <= '9') {
    int part = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
      part = std::min(kMostPart, part * 10 + (text[at] - '0'));
    out.push_back(part);
    if (at < text.size() && text[at] == '.')
      ++at;
    else
      break;
  }
  return out;
}

std::string_view ability_name(GuestAbility what) {
  switch (what) {
    case GuestAbility::Balloon: return "balloon";
    case GuestAbility::Dimm: return "DIMM";
    case GuestAbility::VirtioMem: return "virtio-mem";
    case GuestAbility::HvBalloon: return "hv-balloon";
  }
  return "?";
}

const GuestRow* GuestTable::find(const GuestSystem& system) const {
  const auto found = std::ranges::find_if(rows_, [&](const GuestRow& row) { return fits(row, system); });
  return found == rows_.end() ? nullptr : &*found;
}

GuestStanding GuestTable::standing(const GuestSystem& system, std::string_view service,
                                   std::string_view host) const {
  GuestStanding out;
  const GuestRow* const row = find(system);
  if (row == nullptr) return out;
  out.row = row->id;
  out.general = row->general;
  out.title = guest_system_text(system);
  if (out.title.empty()) out.title = "a guest that names no system";
  out.can = row->can;
  out.maximum = row->maximum;
  out.least_startup = row->least_startup;
  out.defects = row->defects;
  out.install = row->install;
  if (older(host, service)) {
    out.too_new = fmt::format("its service {} is newer than this host's {}", numbers_of(service), host);
    out.remedy = fmt::format("update aerostat on the host to {}", numbers_of(service));
  }
  if (row->general) out.remedy = row->install;
  if (!row->unsupported.empty()) {
    out.unfit = fmt::format("{} is not supported: {}", out.title, row->unsupported);
    out.remedy = row->install;
  } else if (row->service_pack && system.service_pack && *system.service_pack < *row->service_pack) {
    const std::string has = *system.service_pack == 0 ? std::string("none")
                                                      : fmt::format("service pack {}", *system.service_pack);
    out.unfit = fmt::format("{} needs service pack {} and has {}", out.title, *row->service_pack, has);
    out.remedy = fmt::format("install service pack {} in the guest", *row->service_pack);
  } else if (older(service, row->least_service)) {
    out.unfit = fmt::format("its service {} is too old for {}: it must be {} or newer", numbers_of(service),
                            out.title, row->least_service);
    out.remedy = fmt::format("install aerostat-guest {} in the guest", host);
  }
  return out;
}

}  // namespace aerostat
