// Terminal: shows pictures with ncurses and reads keys. Whatever ends the program, the terminal is as before:
// on return, on SIGINT, SIGTERM and SIGHUP, and also on a crash of the program itself. At most one at a time.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "base/result.h"
#include "top/keys.h"
#include "top/picture.h"

namespace aerostat::top {

class Terminal {
 public:
  // Refuses what is no terminal, or one of an unknown kind, in one sentence.
  static Result<std::unique_ptr<Terminal>> open(bool colour);
  ~Terminal();
  Terminal(const Terminal&) = delete;

  Size size() const;
  void show(const Picture& picture);

  // The next key; none: the time is over, `wake_up` has something to read, or the size has changed.
  std::optional<Press> wait(std::chrono::milliseconds most, int wake_up);
  // A signal asked for the end.
  static bool asked_to_end();

 private:
  explicit Terminal(bool colour);
  bool colour_;
};

}  // namespace aerostat::top
