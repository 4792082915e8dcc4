#include "top/keys.h"

#include <algorithm>
#include <compare>

namespace aerostat::top {

namespace {

// Less: `a` comes first. The largest memory first; the gravest status first; names as in a list.
bool before(SortBy by, const Vm& a, const Vm& b) {
  const auto larger = [](const auto& x, const auto& y) { return x && (!y || *x > *y); };
  const auto decided = [&](const auto& x, const auto& y) {
    if (larger(x, y)) return true;
    return !larger(y, x) && a.name < b.name;
  };
  switch (by) {
    case SortBy::Name: return a.name < b.name;
    case SortBy::Status: {
      const auto grave = [](const Vm& vm) {
        if (vm.status == "ok" || vm.status == "static") return 2;
        return vm.status == "off" ? 3 : vm.status == "low" || vm.status == "starting" ? 1 : 0;
      };
      return grave(a) != grave(b) ? grave(a) < grave(b) : a.name < b.name;
    }
    case SortBy::Assigned: return decided(a.assigned, b.assigned);
    case SortBy::Demand: return decided(a.demand, b.demand);
    case SortBy::Wanted: return decided(a.wanted, b.wanted);
    case SortBy::Pressure: return decided(a.pressure, b.pressure);
    case SortBy::Resident: return decided(a.resident, b.resident);
  }
  return false;
}

void move(View& view, const Live& live, std::ptrdiff_t by) {
  const auto vms = sorted(view, live);
  if (vms.empty()) return;
  const auto last = static_cast<std::ptrdiff_t>(vms.size()) - 1;
  const auto at = std::clamp(static_cast<std::ptrdiff_t>(place_of(view, vms)) + by, std::ptrdiff_t{0}, last);
  view.chosen = vms[static_cast<std::size_t>(at)]->name;
}

void begin_edit(View& view, const Live& live) {
  const auto vms = sorted(view, live);
  if (vms.empty()) return;
  view.edit.emplace(*vms[place_of(view, vms)]);
}

Do press_in_edit(View& view, Press pressed) {
  Edit& edit = *view.edit;
  if (edit.confirming) {
    const bool yes = pressed.key == Key::Char && (pressed.c == 'y' || pressed.c == 'Y');
    edit.confirming = false;
    edit.said.clear();
    return yes ? Do::MakeChange : Do::Nothing;
  }
  switch (pressed.key) {
    case Key::Escape: view.edit.reset(); return Do::Nothing;
    case Key::Up:
    case Key::BackTab: edit.move(-1); return Do::Nothing;
    case Key::Down:
    case Key::Tab: edit.move(1); return Do::Nothing;
    case Key::Backspace: edit.rub_out(); return Do::Nothing;
    case Key::Enter: return Do::TryChange;
    case Key::Char: edit.type(pressed.c); return Do::Nothing;
    default: return Do::Nothing;
  }
}

Do press_char(View& view, const Live& live, char c) {
  constexpr int kSorts = static_cast<int>(kSortNames.size());
  switch (c) {
    case 'q': return Do::Quit;
    case '?':
    case 'h': view.help = true; return Do::Nothing;
    case 's': view.sort = static_cast<SortBy>((static_cast<int>(view.sort) + 1) % kSorts); return Do::Nothing;
    case 'S':
      view.sort = static_cast<SortBy>((static_cast<int>(view.sort) + kSorts - 1) % kSorts);
      return Do::Nothing;
    case 'r': view.reversed = !view.reversed; return Do::Nothing;
    case 'k': move(view, live, -1); return Do::Nothing;
    case 'j': move(view, live, 1); return Do::Nothing;
    case 'd': view.detail = !view.detail; return Do::Nothing;
    case 'e': begin_edit(view, live); return Do::Nothing;
    case 'p': view.asks_pause = !live.empty(); return Do::Nothing;
    default: return Do::Nothing;
  }
}

}  // namespace

Do press(View& view, const Live& live, Press pressed) {
  view.message.clear();
  const bool is_char = pressed.key == Key::Char;
  if (view.help) {
    view.help = false;
    return is_char && pressed.c == 'q' ? Do::Quit : Do::Nothing;
  }
  if (view.asks_pause) {
    view.asks_pause = false;
    if (!is_char || (pressed.c != 'y' && pressed.c != 'Y')) return Do::Nothing;
    return live.host().paused ? Do::Resume : Do::Pause;
  }
  if (view.edit) return press_in_edit(view, pressed);
  const auto page = static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, view.page));
  constexpr std::ptrdiff_t kAll = 1 << 20;
  switch (pressed.key) {
    case Key::Up: move(view, live, -1); return Do::Nothing;
    case Key::Down: move(view, live, 1); return Do::Nothing;
    case Key::PageUp: move(view, live, -page); return Do::Nothing;
    case Key::PageDown: move(view, live, page); return Do::Nothing;
    case Key::Home: move(view, live, -kAll); return Do::Nothing;
    case Key::End: move(view, live, kAll); return Do::Nothing;
    case Key::Enter: view.detail = !view.detail; return Do::Nothing;
    case Key::Escape: view.detail = false; return Do::Nothing;
    case Key::Char: return press_char(view, live, pressed.c);
    default: return Do::Nothing;
  }
}

std::vector<const Vm*> sorted(const View& view, const Live& live) {
  std::vector<const Vm*> out;
  for (const Vm& vm : live.vms()) out.push_back(&vm);
  std::stable_sort(out.begin(), out.end(), [&](const Vm* a, const Vm* b) {
    return view.reversed ? before(view.sort, *b, *a) : before(view.sort, *a, *b);
  });
  return out;
}

std::size_t place_of(const View& view, const std::vector<const Vm*>& vms) {
  const auto found = std::ranges::find(vms, view.chosen, &Vm::name);
  return found == vms.end() ? 0 : static_cast<std::size_t>(found - vms.begin());
}

}  // namespace aerostat::top
