#include "top/terminal.h"

#include <ncurses.h>
#include <poll.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

// term.h has macros with these names.
#undef columns
#undef lines

namespace aerostat::top {

namespace {

constexpr std::array kEnd = {SIGINT, SIGTERM, SIGHUP};
constexpr std::array kCrash = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};

// For signal handlers: nothing else may be used there.
volatile std::sig_atomic_t asked = 0;
termios terminal_before{};
std::array<char, 128> leave{};
std::size_t leave_size = 0;

void ask_to_end(int) { asked = 1; }

// endwin() may not be called from a signal. What it would send is known beforehand.
void restore_and_die(int signal) {
  [[maybe_unused]] const ssize_t sent = ::write(STDOUT_FILENO, leave.data(), leave_size);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void catch_signal(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  ::sigaction(signal, &action, nullptr);  // without SA_RESTART: poll() must end
}

void remember_how_to_leave() {
  std::string text;
  for (const char* const name : {"sgr0", "cnorm", "rmkx", "rmcup"}) {
    const char* const code = ::tigetstr(name);
    // NOLINTNEXTLINE: terminfo's way to say that there is none
    if (code != nullptr && code != reinterpret_cast<const char*>(-1)) text += code;
  }
  leave_size = std::min(text.size(), leave.size());
  std::memcpy(leave.data(), text.data(), leave_size);
}

int pair_of(Style style) {
  switch (style) {
    case Style::Good: return 1;
    case Style::Warn: return 2;
    case Style::Bad: return 3;
    case Style::FirstVm: return 4;
    case Style::SecondVm: return 5;
    case Style::Kept: return 2;
    default: return 0;
  }
}

attr_t attributes(Style style) {
  switch (style) {
    case Style::Dim:
    case Style::Free: return A_DIM;
    case Style::Bold:
    case Style::Bad: return A_BOLD;
    case Style::Chosen: return A_REVERSE;
    default: return A_NORMAL;
  }
}

std::optional<Press> press_of(int code) {
  switch (code) {
    case KEY_UP: return Press{Key::Up};
    case KEY_DOWN: return Press{Key::Down};
    case KEY_PPAGE: return Press{Key::PageUp};
    case KEY_NPAGE: return Press{Key::PageDown};
    case KEY_HOME: return Press{Key::Home};
    case KEY_END: return Press{Key::End};
    case KEY_ENTER:
    case '\r':
    case '\n': return Press{Key::Enter};
    case KEY_BTAB: return Press{Key::BackTab};
    case '\t': return Press{Key::Tab};
    case KEY_BACKSPACE:
    case 127:
    case '\b': return Press{Key::Backspace};
    case 27: return Press{Key::Escape};
    default: break;
  }
  if (code >= ' ' && code <= '~') return Press{Key::Char, static_cast<char>(code)};
  return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<Terminal>> Terminal::open(bool colour) {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1)
    return fail(Error::Kind::Invalid, "top needs a terminal; use aerostat list --watch or --json elsewhere");
  const char* const kind = std::getenv("TERM");
  int wrong = 0;
  if (::setupterm(nullptr, STDOUT_FILENO, &wrong) != OK) {
    return fail(Error::Kind::Invalid, std::string("the kind of this terminal is not known (TERM=") +
                                          (kind != nullptr ? kind : "") +
                                          "); set TERM, for example to xterm");
  }
  return std::unique_ptr<Terminal>(new Terminal(colour));
}

Terminal::Terminal(bool colour) : colour_(colour) {
  std::setlocale(LC_ALL, "");
  ::tcgetattr(STDIN_FILENO, &terminal_before);
  ::initscr();
  remember_how_to_leave();
  for (const int signal : kEnd) catch_signal(signal, ask_to_end);
  for (const int signal : kCrash) catch_signal(signal, restore_and_die);
  ::cbreak();
  ::noecho();
  ::nodelay(stdscr, TRUE);
  ::keypad(stdscr, TRUE);
  ::set_escdelay(50);
  ::curs_set(0);
  colour_ = colour_ && ::has_colors();
  if (!colour_) return;
  ::start_color();
  ::use_default_colors();
  constexpr std::array<short, 5> kColours = {COLOR_GREEN, COLOR_YELLOW, COLOR_RED, COLOR_CYAN, COLOR_BLUE};
  for (std::size_t i = 0; i < kColours.size(); ++i) ::init_pair(static_cast<short>(i + 1), kColours[i], -1);
}

Terminal::~Terminal() {
  ::endwin();
  for (const int signal : kEnd) catch_signal(signal, SIG_DFL);
  for (const int signal : kCrash) catch_signal(signal, SIG_DFL);
}

Size Terminal::size() const {
  return {static_cast<std::size_t>(std::max(1, getmaxy(stdscr))),
          static_cast<std::size_t>(std::max(1, getmaxx(stdscr)))};
}

void Terminal::show(const Picture& picture) {
  erase();
  for (std::size_t y = 0; y < picture.lines.size(); ++y) {
    const Line& line = picture.lines[y];
    move(static_cast<int>(y), 0);
    for (const Span& span : line.spans()) {
      const attr_t marks = line.chosen() ? A_REVERSE : attributes(span.style);
      const int pair = colour_ ? pair_of(span.style) : 0;
      ::attr_set(marks, static_cast<short>(pair), nullptr);
      ::addstr(span.text.c_str());
    }
  }
  ::attr_set(A_NORMAL, 0, nullptr);
  ::refresh();
}

std::optional<Press> Terminal::wait(std::chrono::milliseconds most, int wake_up) {
  const auto next = [] {
    const int code = ::getch();
    return code == ERR ? std::nullopt : press_of(code);
  };
  if (auto pressed = next()) return pressed;
  std::array<pollfd, 2> sources = {{{STDIN_FILENO, POLLIN, 0}, {wake_up, POLLIN, 0}}};
  const int ready = ::poll(sources.data(), sources.size(), static_cast<int>(most.count()));
  if (ready > 0 && (sources[0].revents & (POLLHUP | POLLERR)) != 0) asked = 1;  // the terminal has gone
  return next();
}

bool Terminal::asked_to_end() { return asked != 0; }

}  // namespace aerostat::top
