#include "agent/linux/hooks.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>

namespace aerostat::agent {

namespace {

// A program whose output is closed has nearly ended. One that does not, and cannot be killed, is asked after
// ever more seldom.
constexpr std::int64_t kReapAgain = 5'000'000, kReapMost = 1'000'000'000;
constexpr int kDescriptorsMost = 256;
// Of what programs print, in one go: one that never pauses must not keep the service from the host.
constexpr int kOutputReadsMost = 64;
constexpr int kNotStarted = 126;
constexpr const char* kOthersMayWrite = "belongs to another user, or others may write it";
constexpr const char* kFolder = "hooks.d";

// As run-parts, but with dots: no hidden files, no copies that editors and packages leave behind.
bool good_name(std::string_view name) {
  if (name.empty() || name.size() > 60 || name.front() == '.' || name.back() == '~') return false;
  if (name.find(".dpkg-") != std::string_view::npos) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

// Whoever may write it would run as the service.
bool owners(const struct stat& about) {
  const bool ours = about.st_uid == 0 || about.st_uid == ::geteuid();
  return ours && (about.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

// The name of its folder in kFolder.
const char* event(Hooks::When when) {
  return when == Hooks::When::BeforeShrink ? "before-shrink" : "after-growth";
}

template <typename Why>
void tell(Notices* hears, std::string_view name, Why why) {
  if (hears != nullptr) hears->add("hooks", name, why);
}

// The folder that was just opened, or -1 after the reason was told. One that is missing needs none.
int owners_folder(int opened, const char* name, Notices* hears) {
  if (opened < 0) {
    if (errno != ENOENT) tell(hears, name, errno);
    return -1;
  }
  struct stat about{};
  if (::fstat(opened, &about) == 0 && owners(about)) return opened;
  tell(hears, name, kOthersMayWrite);
  ::close(opened);
  return -1;
}

bool take_id(std::string_view& line, unsigned& id) {
  const std::size_t end = std::min(line.find(':'), line.size());
  const auto [stop, error] = std::from_chars(line.data(), line.data() + end, id);
  const bool whole = error == std::errc{} && stop == line.data() + end;
  line.remove_prefix(std::min(end + 1, line.size()));
  return whole;
}

}  // namespace

HookUser hook_user(std::string_view name, std::string_view passwd) {
  if (name.empty()) return {};
  while (!passwd.empty()) {
    const std::size_t end = std::min(passwd.find('\n'), passwd.size());
    std::string_view line = passwd.substr(0, end);
    passwd.remove_prefix(std::min(end + 1, passwd.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || line.substr(0, colon) != name) continue;
    line.remove_prefix(std::min(line.find(':', colon + 1), line.size() - 1) + 1);
    HookUser user{HookUser::Who::Other};
    if (take_id(line, user.uid) && take_id(line, user.gid)) return user;
  }
  return {HookUser::Who::Unknown};
}

Hooks::Hooks(std::string_view root, std::string_view user, Notices& notices)
    : place_(root, "/etc/aerostat-guest"), notices_(notices) {
  if (user.empty()) return;
  const KeptFile passwd(root, "/etc/passwd");
  static std::array<char, std::size_t{32} * 1024> text;
  user_ = hook_user(user, passwd.read(text.data(), text.size()));
  // Never with more rights than were meant: then no hook runs.
  if (user_.who == HookUser::Who::Unknown) notices_.add("hooks", user, "no such user; no program runs");
}

Hooks::~Hooks() {
  if (child_ > 0) ::kill(-child_, SIGKILL);
  if (output_ >= 0) ::close(output_);
}

// Who may write a folder on the way can put another one, or a link to one, in place of the next.
int Hooks::open_folder(When when, Notices* hears) const {
  constexpr int kHow = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const char* name = "aerostat-guest";
  int at = ::open(place_.c_str(), kHow);
  for (const char* const next : {kFolder, event(when)}) {
    at = owners_folder(at, name, hears);
    if (at < 0) return -1;
    const int inner = ::openat(at, next, kHow);
    const int error = errno;
    ::close(at);
    errno = error;
    at = inner;
    name = next;
  }
  return owners_folder(at, name, hears);
}

// The folder is read anew for each name: nothing has to be kept.
Hooks::Name Hooks::least_above(const char* name, When when, Notices* hears) const {
  Name best{};
  const int place = open_folder(when, hears);
  DIR* const files = place < 0 ? nullptr : ::fdopendir(place);
  if (files == nullptr) {
    if (place >= 0) ::close(place);
    return best;
  }
  while (const dirent* entry = ::readdir(files)) {
    const std::string_view found = entry->d_name;
    if (!good_name(found) || found <= name || (best[0] != 0 && found >= best.data())) continue;
    struct stat about{};
    if (::fstatat(place, entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0) continue;
    // Its target is in a folder that nobody looked at.
    if (S_ISLNK(about.st_mode)) tell(hears, found, "is a symbolic link");
    if (!S_ISREG(about.st_mode)) continue;
    if ((about.st_mode & S_IXUSR) == 0) continue;
    if (!owners(about)) {
      tell(hears, found, kOthersMayWrite);
      continue;
    }
    std::snprintf(best.data(), best.size(), "%s", entry->d_name);
  }
  ::closedir(files);
  return best;
}

bool Hooks::find_next() {
  const Name next = least_above(name_.data(), when_, &notices_);
  if (next[0] == 0) return false;
  name_ = next;
  return true;
}

void Hooks::start(When when, std::int64_t old_kib, std::int64_t new_kib, std::int64_t now, bool may_refuse) {
  refusal_[0] = 0;
  when_ = when;
  may_refuse_ = may_refuse;
  name_[0] = 0;
  late_ = heard_ = false;
  std::snprintf(old_.data(), old_.size(), "%lld", static_cast<long long>(old_kib));
  std::snprintf(new_.data(), new_.size(), "%lld", static_cast<long long>(new_kib));
  running_ = true;
  deadline_ = due_ = now + (when == When::BeforeShrink ? kHooksDeadline : kGrowthHooksDeadline);
  // Its end is told by step(), as that of one that ran.
  if (!known_user() || !find_next() || !launch()) due_ = now;
}

bool Hooks::launch() {
  int ends[2];
  said_size_ = 0;
  reap_again_ = kReapAgain;
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    notices_.add("hooks", name_.data(), errno);
    return false;
  }
  // Only ours: programs take a full pipe that does not wait for an error.
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  child_ = ::fork();
  if (child_ == 0) become(ends[1]);
  const int error = errno;
  ::close(ends[1]);
  if (child_ > 0) {
    // It does the same. Whoever is first: from here on its group can be ended.
    ::setpgid(child_, child_);
    output_ = ends[0];
    return true;
  }
  ::close(ends[0]);
  notices_.add("hooks", name_.data(), error);
  return false;
}

// In the child: an ordinary program, with nothing of the service but its right to run.
void Hooks::become(int output) {
  ::setpgid(0, 0);
  // Rather none than one that the OOM killer spares, or that reads what the service was given.
  if (write_small("/proc/self/oom_score_adj", "0") != 0) ::_exit(kNotStarted);
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0 || ::dup2(output, STDOUT_FILENO) < 0)
    ::_exit(kNotStarted);
  // Where the service has no real-time priority, nothing resets its nice value. A positive one may have to
  // stay.
  ::setpriority(PRIO_PROCESS, 0, 0);
  for (int fd = STDERR_FILENO + 1; fd < kDescriptorsMost; ++fd) ::close(fd);
  ::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (user_.who == HookUser::Who::Other) {
    if (::setgroups(1, &user_.gid) != 0 || ::setgid(user_.gid) != 0 || ::setuid(user_.uid) != 0)
      ::_exit(kNotStarted);
  }
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  std::array<char, 600> path{}, what{}, old_size{}, new_size{};
  std::snprintf(path.data(), path.size(), "%s/%s/%s/%s", place_.c_str(), kFolder, event(when_), name_.data());
  std::snprintf(what.data(), what.size(), "AEROSTAT_EVENT=%s", event(when_));
  std::snprintf(old_size.data(), old_size.size(), "AEROSTAT_OLD_KIB=%s", old_.data());
  std::snprintf(new_size.data(), new_size.size(), "AEROSTAT_NEW_KIB=%s", new_.data());
  char search[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  char* words[] = {path.data(), old_.data(), new_.data(), nullptr};
  char* environment[] = {search, what.data(), old_size.data(), new_size.data(), nullptr};
  if (::chdir("/") == 0) ::execve(path.data(), words, environment);
  ::_exit(kNotStarted);
}

Hooks::Done Hooks::step(std::int64_t now) {
  if (!running_) return {};
  if (child_ < 0) return end();
  read_output();
  if (now >= deadline_ && !late_) {
    late_ = heard_ = true;
    notices_.add("hooks", name_.data(), "took too long, and was ended");
    ::kill(-child_, SIGKILL);
  }
  if (!reap(now)) return {};
  if (!late_ && refusal_[0] == 0 && find_next() && launch()) {
    due_ = deadline_;
    return {};
  }
  return end();
}

void Hooks::read_output() {
  std::array<char, 4096> bytes;
  for (int reads = 0; output_ >= 0 && reads < kOutputReadsMost; ++reads) {
    const ssize_t got = ::read(output_, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      ::close(output_);
      output_ = -1;
      return;
    }
    // What is too much is read and dropped: a program must not wait for us.
    const std::size_t taken = std::min(static_cast<std::size_t>(got), said_.size() - 1 - said_size_);
    std::memcpy(said_.data() + said_size_, bytes.data(), taken);
    said_size_ += taken;
  }
}

bool Hooks::reap(std::int64_t now) {
  siginfo_t about{};
  const bool known = ::waitid(P_PID, static_cast<id_t>(child_), &about, WEXITED | WNOHANG | WNOWAIT) == 0;
  if (known && about.si_pid == 0) {
    // One in the kernel cannot be hurried. It is asked after, and no other one is started.
    due_ = deadline_;
    if (output_ < 0 || late_) {
      due_ = now + reap_again_;
      reap_again_ = std::min(2 * reap_again_, kReapMost);
    }
    return false;
  }
  // Whatever it left behind holds nobody up. Until it is waited for, its group is no other's.
  ::kill(-child_, SIGKILL);
  read_output();
  if (output_ >= 0) ::close(output_);
  output_ = -1;
  int status = 0;
  const bool waited = ::waitpid(child_, &status, 0) == child_;
  child_ = -1;
  if (waited && !late_) judge(status);
  return true;
}

void Hooks::judge(int status) {
  const bool refuses =
      WIFEXITED(status) && WEXITSTATUS(status) == kHookRefuses && when_ == When::BeforeShrink;
  heard_ = heard_ || !refuses;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  if (!refuses) return tell_failure(status);
  if (!may_refuse_) return;
  // A zero would end it for whoever prints it.
  std::replace(said_.begin(), said_.begin() + static_cast<std::ptrdiff_t>(said_size_), '\0', '?');
  std::string_view line(said_.data(), said_size_);
  line = line.substr(0, line.find('\n'));
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
    line.remove_suffix(1);
  if (line.empty()) line = "no reason given";
  std::snprintf(refusal_.data(), refusal_.size(), "%s: %.*s", name_.data(), static_cast<int>(line.size()),
                line.data());
}

void Hooks::tell_failure(int status) {
  std::array<char, 64> why{};
  if (WIFSIGNALED(status)) {
    std::snprintf(why.data(), why.size(), "ended by signal %d", WTERMSIG(status));
  } else if (WEXITSTATUS(status) == kNotStarted) {
    std::snprintf(why.data(), why.size(), "could not be started (exit status %d)", kNotStarted);
  } else {
    std::snprintf(why.data(), why.size(), "failed with exit status %d", WEXITSTATUS(status));
  }
  notices_.add("hooks", name_.data(), why.data());
}

Hooks::Done Hooks::end() {
  running_ = false;
  return {true, when_, refusal_.data(), late_, heard_};
}

}  // namespace aerostat::agent
