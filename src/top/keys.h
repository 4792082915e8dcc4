// What somebody looks at, and what a key does to it. Pure: asking the daemon is left to the caller.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "top/edit.h"
#include "top/live.h"

namespace aerostat::top {

enum class SortBy { Name, Status, Assigned, Demand, Wanted, Pressure, Resident };
inline constexpr std::array kSortNames = {"name",   "status",   "assigned", "demand",
                                          "wanted", "pressure", "resident"};

enum class Key { Char, Up, Down, PageUp, PageDown, Home, End, Enter, Escape, Tab, BackTab, Backspace };
struct Press {
  Key key = Key::Char;
  char c = 0;
};

struct View {
  std::string chosen;  // a VM's name; empty: the first
  SortBy sort = SortBy::Name;
  bool reversed = false;
  bool detail = false, help = false;
  bool asks_pause = false;  // whether to pause, or to resume
  std::optional<Edit> edit;
  std::string message;    // of the last thing done
  std::size_t page = 10;  // rows of the table, as last drawn
};

// What the caller has to do.
enum class Do { Nothing, Quit, TryChange, MakeChange, Pause, Resume };

Do press(View& view, const Live& live, Press pressed);

// As the table shows them. Missing numbers come last.
std::vector<const Vm*> sorted(const View& view, const Live& live);
// The place of the chosen VM in that; the first if it has gone.
std::size_t place_of(const View& view, const std::vector<const Vm*>& vms);

}  // namespace aerostat::top
