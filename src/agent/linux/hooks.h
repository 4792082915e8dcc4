// Hooks: programs of the guest's owner that hear of a change of its memory: the files of
// /etc/aerostat-guest/hooks.d/before-shrink and after-growth, one after the other by name, without a shell.
// No link is followed on the way to them.
// All of a shrink share two seconds. A program of before-shrink may refuse, once. One that fails, hangs or
// can be written by others than the service's user counts for nothing, and the host is told.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

#include "agent/linux/notices.h"
#include "agent/linux/system_file.h"

namespace aerostat::agent {

// The exit status of a program that refuses; the first line that it printed is the reason.
inline constexpr int kHookRefuses = 75;
// For all programs of one change. A shrink waits for them; growth does not.
inline constexpr std::int64_t kHooksDeadline = 2'000'000'000, kGrowthHooksDeadline = 10'000'000'000;
// How often to look whether programs came or went: the host waits longer where there are some.
inline constexpr std::int64_t kHooksLook = 10'000'000'000;

// As whom hooks run.
struct HookUser {
  enum class Who { Service, Other, Unknown };
  Who who = Who::Service;
  uid_t uid = 0;
  gid_t gid = 0;
};
// The user of this name in `passwd`, the text of /etc/passwd. An empty name is the service's own user.
HookUser hook_user(std::string_view name, std::string_view passwd);

class Hooks {
 public:
  enum class When { BeforeShrink, AfterGrowth };
  struct Done {
    bool any = false;  // the programs of a change have ended, or their time is over
    When when = When::BeforeShrink;
    std::string_view refusal{};  // "NAME: reason"; valid until the next start(); empty: nobody refused
    bool late = false;           // one was not done in its time
    bool heard = false;          // one acted on the change, or may have: it did not refuse
  };

  Hooks(std::string_view root, std::string_view user, Notices& notices);
  ~Hooks();
  Hooks(const Hooks&) = delete;
  Hooks& operator=(const Hooks&) = delete;

  // Whether there is a program to run, now or after those that run; asked anew each time, since files come
  // and go.
  bool any(When when) const { return known_user() && least_above("", when, &notices_)[0] != 0; }
  // The same, without telling again which files are left alone.
  bool there_are(When when) const { return known_user() && least_above("", when, nullptr)[0] != 0; }
  bool running() const { return running_; }
  // Not while running(). With `may_refuse` off the memory has gone: a refusal ends nothing, and is not told.
  void start(When when, std::int64_t old_kib, std::int64_t new_kib, std::int64_t now, bool may_refuse = true);
  // Readable when a program has said something or ended; -1: nothing runs.
  int fd() const { return output_; }
  std::int64_t due() const { return running_ ? due_ : std::numeric_limits<std::int64_t>::max(); }
  // Call when fd() is readable, and at due().
  Done step(std::int64_t now);

 private:
  using Name = std::array<char, 64>;

  bool known_user() const { return user_.who != HookUser::Who::Unknown; }
  // -1: there is none, or others may write it. What is left alone is told to `hears`, if there is one.
  int open_folder(When when, Notices* hears) const;
  // Empty: there is none.
  Name least_above(const char* name, When when, Notices* hears) const;
  bool find_next();
  bool launch();
  [[noreturn]] void become(int output);
  void read_output();
  // True if the program has ended.
  bool reap(std::int64_t now);
  void judge(int status);
  void tell_failure(int status);
  Done end();

  Path place_;
  Notices& notices_;
  HookUser user_;
  When when_ = When::BeforeShrink;
  std::array<char, 24> old_{}, new_{};
  bool running_ = false;
  bool may_refuse_ = true;
  bool late_ = false;  // its time is over: killed
  bool heard_ = false;
  std::int64_t deadline_ = 0, due_ = 0;
  std::int64_t reap_again_ = 0;  // when to ask again after one that should have ended
  pid_t child_ = -1;
  int output_ = -1;
  Name name_{};  // of the program that runs, or ran last
  std::array<char, 160> said_{};
  std::size_t said_size_ = 0;
  std::array<char, 240> refusal_{};
};

}  // namespace aerostat::agent
