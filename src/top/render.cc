#include "top/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "console/table.h"
#include "top/braille.h"

namespace aerostat::top {

namespace {

std::string shown(const std::optional<Bytes>& size) { return size ? format_bytes(*size) : "-"; }
std::string shown(const std::optional<std::int64_t>& count) {
  return count ? fmt::format("{}", *count) : "-";
}
std::string percent(const std::optional<double>& value) {
  return value ? fmt::format("{:.0f}", *value) : "-";
}

std::optional<double> plain(const std::optional<Bytes>& size) {
  return size ? std::optional(static_cast<double>(size->count())) : std::nullopt;
}

Style style_of(const std::string& status) {
  if (status == "ok") return Style::Good;
  if (status == "low" || status == "starting" || status == "paused") return Style::Warn;
  if (status == "static" || status == "off" || status.empty()) return Style::Dim;
  return Style::Bad;
}

// A position within minimum and maximum: "├──●───┤".
std::string range(const Vm& vm, std::size_t width) {
  if (!vm.assigned || !vm.minimum || !vm.maximum || *vm.maximum <= *vm.minimum || width < 3) return "";
  const double part = static_cast<double>((*vm.assigned - *vm.minimum).count()) /
                      static_cast<double>((*vm.maximum - *vm.minimum).count());
  const auto at = static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * static_cast<double>(width - 1) + 0.5);
  std::string out;
  for (std::size_t i = 0; i < width; ++i) out += i == at ? "●" : i == 0 ? "├" : i + 1 == width ? "┤" : "─";
  return out;
}

std::vector<std::optional<double>> series(const std::deque<Point>& points,
                                          std::optional<Bytes> Point::* which) {
  std::vector<std::optional<double>> out;
  for (const Point& point : points) out.push_back(plain(point.*which));
  return out;
}

// The table's columns, the most important first.
struct TableColumn {
  const char* title;
  std::size_t width;
  int sort;  // a SortBy, or none
  bool right;
  std::string (*text)(const Vm&, const Live&);
};
constexpr std::size_t kSpark = 20, kRange = 12;
constexpr std::array kColumns = {
    TableColumn{"NAME", 12, 0, false, [](const Vm& vm, const Live&) { return vm.name; }},
    TableColumn{"STATUS", 14, 1, false, [](const Vm& vm, const Live&) { return vm.status_text; }},
    TableColumn{"ASSIGNED", 9, 2, true, [](const Vm& vm, const Live&) { return shown(vm.assigned); }},
    TableColumn{"DEMAND", 9, 3, true, [](const Vm& vm, const Live&) { return shown(vm.demand); }},
    TableColumn{"PRESS%", 6, 5, true, [](const Vm& vm, const Live&) { return percent(vm.pressure); }},
    TableColumn{"MIN..MAX", kRange, -1, false, [](const Vm& vm, const Live&) { return range(vm, kRange); }},
    TableColumn{"WANTED", 9, 4, true, [](const Vm& vm, const Live&) { return shown(vm.wanted); }},
    TableColumn{"VISIBLE", 9, -1, true, [](const Vm& vm, const Live&) { return shown(vm.visible); }},
    TableColumn{"RESIDENT", 9, 6, true, [](const Vm& vm, const Live&) { return shown(vm.resident); }},
    TableColumn{"LAST SECONDS", kSpark, -1, false,
                [](const Vm& vm, const Live& live) {
                  return sparkline(series(live.history(vm.name), &Point::assigned),
                                   plain(vm.maximum).value_or(0), kSpark);
                }},
    TableColumn{"MINIMUM", 9, -1, true, [](const Vm& vm, const Live&) { return shown(vm.minimum); }},
    TableColumn{"MAXIMUM", 9, -1, true, [](const Vm& vm, const Live&) { return shown(vm.maximum); }},
    TableColumn{"WEIGHT", 6, -1, true, [](const Vm& vm, const Live&) { return shown(vm.weight); }},
};
constexpr std::size_t kLeastNote = 12;

std::string padded(const std::string& text, std::size_t width, bool right) {
  std::string fits = shortened(text, width);
  const std::string gap(width - width_of(fits), ' ');
  return right ? gap + fits : fits + gap;
}

class Screen {
 public:
  Screen(const Live& live, View& view, Size size) : live_(live), view_(view), size_(size) {}

  Picture run() && {
    title();
    bar();
    if (view_.help) {
      help();
    } else {
      const std::size_t under = detail_rows();
      table(size_.rows - std::min(size_.rows, out_.lines.size() + 1 + under));
      if (view_.edit)
        edit();
      else if (view_.detail)
        detail();
    }
    while (out_.lines.size() + 1 < size_.rows) line();
    out_.lines.resize(std::max<std::size_t>(1, size_.rows) - 1, Line(size_.columns));
    foot();
    return std::move(out_);
  }

 private:
  Line& line() { return out_.lines.emplace_back(size_.columns); }

  void title() {
    const Host& host = live_.host();
    Line& top = line().add("Aerostat", Style::Bold);
    if (!host.version.empty()) top.add(" " + host.version, Style::Dim);
    if (live_.empty() && live_.why_lost().empty()) {
      top.add("  waiting for aerostatd", Style::Warn);
    } else if (!live_.why_lost().empty()) {
      top.add("  disconnected", Style::Bad);
      top.add(live_.empty() ? "" : "; what it said last:", Style::Dim);
    } else {
      top.add(fmt::format("  {} VMs", live_.vms().size()));
      if (host.paused) top.add("  paused: nothing moves", Style::Warn);
    }
    if (!live_.why_lost().empty())
      line().add(live_.why_lost(), Style::Bad);
    else if (!host.note.empty())
      line().add(host.note, Style::Bad);
    else if (host.over_committed.value_or(Bytes{}) > Bytes{})
      line().add(fmt::format("{} more are committed than may be; no VM is grown", shown(host.over_committed)),
                 Style::Bad);
  }

  // Reserve, each VM, what is kept for starts, and what is free. Signs, so that it also works without colour.
  void bar() {
    const Host& host = live_.host();
    if (!host.capacity || *host.capacity <= Bytes{}) return;
    Line& bar = line();
    const double all = static_cast<double>(host.capacity->count());
    const std::size_t width = size_.columns;
    double until = 0;
    std::size_t drawn = 0;
    const auto part = [&](const std::optional<Bytes>& size, const char* sign, Style style) {
      until += static_cast<double>(size.value_or(Bytes{}).count());
      const double share = std::clamp(until / all, 0.0, 1.0);
      const auto end = static_cast<std::size_t>(share * static_cast<double>(width) + 0.5);
      std::string text;
      for (; drawn < end; ++drawn) text += sign;
      bar.add(text, style);
    };
    part(host.reserve, "▒", Style::Kept);
    bool odd = false;
    for (const Vm* vm : sorted(view_, live_)) {
      if (vm->status == "off") continue;
      odd = !odd;
      part(vm->assigned, odd ? "█" : "▓", odd ? Style::FirstVm : Style::SecondVm);
    }
    part(host.reserved, "+", Style::Kept);
    part(host.capacity, "·", Style::Free);
    line().add(
        fmt::format("capacity {}  committed {}  reserve {}  for starts {}  free {}", shown(host.capacity),
                    shown(host.committed), shown(host.reserve), shown(host.reserved), shown(host.free)),
        Style::Dim);
  }

  std::vector<std::pair<const TableColumn*, std::size_t>> columns_that_fit(std::size_t& note) const {
    std::vector<std::pair<const TableColumn*, std::size_t>> out;
    std::size_t used = 0;
    for (const TableColumn& column : kColumns) {
      std::size_t width = column.width;
      if (&column == kColumns.data()) {
        for (const Vm& vm : live_.vms())
          width = std::max(width, std::min<std::size_t>(28, width_of(vm.name)));
        width = std::min(width, std::max<std::size_t>(8, size_.columns / 4));
      }
      const std::size_t gap = out.empty() ? 0 : 2;
      if (used + gap + width > size_.columns) break;
      used += gap + width;
      out.emplace_back(&column, width);
    }
    note = size_.columns > used + 2 + kLeastNote ? size_.columns - used - 2 : 0;
    return out;
  }

  void table(std::size_t rows) {
    if (rows == 0) return;
    std::size_t note = 0;
    const auto columns = columns_that_fit(note);
    Line& head = line();
    for (const auto& [column, width] : columns) {
      if (column != columns.front().first) head.spaces(2);
      const bool sorts = column->sort == static_cast<int>(view_.sort);
      const std::string title = std::string(column->title) + (sorts ? view_.reversed ? "▲" : "▼" : "");
      head.add(padded(title, width, column->right), sorts ? Style::Bold : Style::Dim);
    }
    if (note > 0) head.spaces(2).add("NOTE", Style::Dim);
    view_.page = rows - 1;
    const auto vms = sorted(view_, live_);
    if (vms.empty()) {
      if (view_.page > 0 && !live_.empty())
        line().add("No VM is known. A VM appears with its QMP socket; see aerostat qemu-args --help.",
                   Style::Dim);
      return;
    }
    const std::size_t place = place_of(view_, vms);
    const std::size_t first = place < view_.page ? 0 : place - view_.page + 1;
    for (std::size_t i = first; i < vms.size() && i < first + view_.page; ++i)
      row(*vms[i], columns, note, i == place);
  }

  void row(const Vm& vm, const std::vector<std::pair<const TableColumn*, std::size_t>>& columns,
           std::size_t note, bool chosen) {
    Line& out = line();
    for (const auto& [column, width] : columns) {
      if (column != columns.front().first) out.spaces(2);
      const bool status = column->sort == static_cast<int>(SortBy::Status);
      out.add(padded(column->text(vm, live_), width, column->right),
              status ? style_of(vm.status) : Style::Plain);
    }
    if (note > 0 && !vm.note.empty()) out.spaces(2).add(shortened(vm.note, note), Style::Dim);
    if (!chosen) return;
    out.spaces(out.left());
    out.choose();
  }

  std::size_t detail_rows() const {
    if (view_.edit) return std::min<std::size_t>(10, size_.rows / 2);
    if (!view_.detail) return 0;
    return std::clamp<std::size_t>(size_.rows / 2, 3, 16);
  }

  const Vm* chosen() const {
    const auto vms = sorted(view_, live_);
    return vms.empty() ? nullptr : vms[place_of(view_, vms)];
  }

  void rule(const std::string& title) {
    while (out_.lines.size() + 1 + detail_rows() < size_.rows) line();
    Line& out = line().add("── ", Style::Dim).add(title, Style::Bold).add(" ", Style::Dim);
    std::string rest;
    for (std::size_t i = out.left(); i > 0; --i) rest += "─";
    out.add(rest, Style::Dim);
  }

  void detail() {
    const Vm* const vm = chosen();
    if (!vm) return;
    rule(vm->name);
    line().add(vm->status_text, style_of(vm->status)).add(vm->note.empty() ? "" : ": " + vm->note);
    line().add(fmt::format("{}, minimum {}, maximum {}, startup {}, weight {}, buffer {}", vm->mode,
                           shown(vm->minimum), shown(vm->maximum), shown(vm->startup), shown(vm->weight),
                           vm->buffer ? shown(vm->buffer) + " %" : "learned"));
    line().add(fmt::format("visible {}, resident {}, available {}, swapped {}, killed for want {}",
                           shown(vm->visible), shown(vm->resident), shown(vm->available),
                           shown(vm->swap_used), shown(vm->oom_kills)));
    line().add(fmt::format("{}; {}{}; {}", vm->integration, vm->os.empty() ? "-" : vm->os,
                           vm->age_s ? fmt::format(", heard {:.1f} s ago", *vm->age_s) : ", never heard",
                           vm->devices),
               Style::Dim);
    charts(*vm);
  }

  // Memory at the left: the area is demand, the line is what is assigned. Pressure at the right.
  void charts(const Vm& vm) {
    const std::size_t rows = size_.rows - std::min(size_.rows, out_.lines.size() + 1);
    if (rows < 3 || size_.columns < 20) return;
    const std::deque<Point>& points = live_.history(vm.name);
    const std::size_t left = (size_.columns - 2) * 2 / 3, right = size_.columns - 2 - left;
    double most = plain(vm.maximum).value_or(0);
    std::vector<std::optional<double>> pressure;
    double most_pressure = 120;
    for (const Point& point : points) {
      most = std::max({most, plain(point.assigned).value_or(0), plain(point.demand).value_or(0)});
      pressure.push_back(point.pressure);
      most_pressure = std::max(most_pressure, point.pressure.value_or(0));
    }
    line()
        .add(padded(
                 fmt::format("assigned (line), demand (area), up to {}", format_bytes(Bytes::nearest(most))),
                 left, false),
             Style::Dim)
        .spaces(2)
        .add(fmt::format("pressure, up to {:.0f} %", most_pressure), Style::Dim);
    const auto memory =
        chart(series(points, &Point::assigned), series(points, &Point::demand), most, left, rows - 1);
    const auto need = chart(pressure, {}, most_pressure, right, rows - 1);
    for (std::size_t i = 0; i + 1 < rows; ++i)
      line().add(memory[i], Style::FirstVm).spaces(2).add(need[i], Style::Warn);
  }

  void edit() {
    const Edit& edit = *view_.edit;
    rule("settings of " + edit.vm());
    for (std::size_t i = 0; i < edit.fields().size(); ++i) {
      const EditField& field = edit.fields()[i];
      const bool here = i == edit.place();
      line()
          .add(here ? "> " : "  ")
          .add(padded(field.label, 10, false), Style::Dim)
          .add(padded(field.now + (here && i > 0 ? "_" : ""), 18, false), here ? Style::Chosen : Style::Plain)
          .add(field.now != field.before ? "  was " + (field.before.empty() ? "-" : field.before) : "",
               Style::Warn)
          .add(here && i == 0 ? "  any key: the other one" : "", Style::Dim);
    }
    if (!edit.said.empty()) line().add(edit.said, edit.confirming ? Style::Plain : Style::Bad);
  }

  void help() {
    line();
    static constexpr std::array<std::pair<const char*, const char*>, 11> kHelp = {{
        {"up, down, j, k", "choose a VM; also Page Up, Page Down, Home, End"},
        {"Enter, d", "details of the chosen VM, with charts of the last minutes"},
        {"s, S", "sort by the next, or the previous, column"},
        {"r", "reverse the order"},
        {"e", "change its settings; what it would do is shown before it is applied"},
        {"p", "pause or resume the manager"},
        {"?, h", "this page"},
        {"q", "quit"},
        {"", ""},
        {"the bar", "▒ kept for the host  █▓ VMs in turn  + kept for starts  · free"},
        {"-", "not known; never zero"},
    }};
    for (const auto& [key, meaning] : kHelp)
      line().add("  " + padded(key, 16, false), Style::Bold).add(meaning);
  }

  void foot() {
    Line& out = line();
    if (view_.asks_pause) {
      out.add(live_.host().paused
                  ? "Resume moving memory? y: yes, any other key: no"
                  : "Stop moving memory? All VMs keep what they have. y: yes, any other key: no",
              Style::Bold);
    } else if (view_.edit && view_.edit->confirming) {
      out.add("Apply? y: yes, any other key: no", Style::Bold);
    } else if (view_.edit) {
      out.add("Enter: what it would do   Tab: next field   empty: the default   Esc: leave", Style::Dim);
    } else if (!view_.message.empty()) {
      out.add(view_.message, Style::Bold);
    } else if (view_.help) {
      out.add("any key: back", Style::Dim);
    } else {
      out.add(fmt::format("q quit  ? help  s sort: {}  r reverse  Enter details  e settings  p {}",
                          kSortNames[static_cast<std::size_t>(view_.sort)],
                          live_.host().paused ? "resume" : "pause"),
              Style::Dim);
    }
  }

  const Live& live_;
  View& view_;
  Size size_;
  Picture out_;
};

}  // namespace

Picture render(const Live& live, View& view, Size size) { return Screen(live, view, size).run(); }

}  // namespace aerostat::top
