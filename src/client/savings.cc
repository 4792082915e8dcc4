#include "client/savings.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "client/members.h"
#include "console/table.h"
#include "model/comfort.h"

namespace aerostat {

namespace {

// Others' word is not enough to promise what would be saved.
constexpr double kShortWatch = 3600;

std::string rough_span(double seconds) {
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.0f} min", seconds / 60);
  return seconds < 172800 ? fmt::format("{:.0f} h", seconds / 3600)
                          : fmt::format("{:.0f} days", seconds / 86400);
}

Saving saving_of(const Json& vm, Bytes holds) {
  Saving out;
  out.vm = text_at(vm, "name");
  out.managed = text_at(vm, "mode") == "dynamic";
  out.holds = holds;
  const std::string devices = text_at(vm, "devices");
  out.can_be =
      devices.find("balloon") != std::string::npos || devices.find("virtio-mem") != std::string::npos;
  const std::optional<double> watched = number_at(vm, "watched_s");
  if (const auto need = bytes_at(vm, "peak_demand_bytes"); need && watched) {
    const Bytes headroom = std::clamp(need->scaled(kComfort.share), kComfort.least, kComfort.most);
    out.needs = std::min(holds, *need + headroom);
    out.evidence =
        fmt::format("needed {} at most in {}, says its {}{}", format_bytes(*need), rough_span(*watched),
                    text_at(vm, "integration"), *watched < kShortWatch ? "; watch it longer" : "");
  } else if (const auto resident = bytes_at(vm, "resident_bytes"); resident && *resident < holds) {
    out.needs = *resident;
    out.evidence = "the rest was never touched, as the host sees; its guest says nothing";
  } else {
    out.evidence = "unknown: its guest says nothing";
  }
  return out;
}

std::string remedy(const Saving& saving) {
  if (saving.managed) return "managed";
  if (saving.can_be) return "can be managed";
  return "lacks a device";
}

}  // namespace

std::vector<Saving> savings_of(const Json& vms) {
  std::vector<Saving> out;
  for (const Json& vm : vms) {
    if (!vm.is_object()) continue;
    if (const auto holds = bytes_at(vm, "committed_bytes"); holds && *holds > Bytes{})
      out.push_back(saving_of(vm, *holds));
  }
  std::ranges::stable_sort(out, [](const Saving& a, const Saving& b) { return a.saves() > b.saves(); });
  return out;
}

std::string render_savings(const std::vector<Saving>& savings) {
  if (savings.empty()) return "No VM runs.\n";
  Bytes holds, needs, saves;
  std::size_t known = 0, worth = 0;
  std::vector<std::vector<Cell>> rows;
  for (const Saving& each : savings) {
    if (each.needs) {
      holds += each.holds;
      needs += *each.needs;
      ++known;
    }
    saves += each.saves();
    worth += each.saves() > Bytes{} ? 1 : 0;
    std::vector<Cell> row;
    for (const std::string& cell :
         {each.vm, format_bytes(each.holds), each.needs ? format_bytes(*each.needs) : "-",
          each.saves() > Bytes{} ? format_bytes(each.saves()) : "-", remedy(each), each.evidence})
      row.push_back({cell, Colour::None});
    rows.push_back(std::move(row));
  }
  const std::string held = format_bytes(holds), needed = format_bytes(needs);
  std::string out = known == 1 ? fmt::format("1 VM holds {} and needs {}", held, needed)
                               : fmt::format("{} VMs hold {} and need {}", known, held, needed);
  if (known < savings.size()) out += fmt::format("; of {} more nothing is known", savings.size() - known);
  out += worth == 0
             ? ".\n"
             : fmt::format(
                   "; managing {} of them saves up to {}:\naerostat set VM --mode dynamic, or aerostat "
                   "adopt VM for libvirt's.\n",
                   worth, format_bytes(saves));
  return out + render_table({{"VM", false},
                             {"HOLDS", true},
                             {"NEEDS", true},
                             {"SAVES", true},
                             {"STATE", false},
                             {"EVIDENCE", false}},
                            rows, false);
}

Json savings_json(const std::vector<Saving>& savings) {
  Json out = Json::array();
  for (const Saving& each : savings) {
    out.push_back({{"vm", each.vm},
                   {"managed", each.managed},
                   {"can_be_managed", each.can_be},
                   {"holds_bytes", each.holds.count()},
                   {"needs_bytes", each.needs ? Json(each.needs->count()) : Json(nullptr)},
                   {"saves_bytes", each.saves().count()},
                   {"evidence", each.evidence}});
  }
  return out;
}

}  // namespace aerostat
