#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "guard/guards.h"
#include "sim/scenario/measures.h"
#include "sim/scenario/scenario.h"

namespace aerostat::sim {

namespace {

constexpr double kLongestTime = 86400;
// A scenario without a duration continues for this long after the last time in it.
constexpr double kAfterwards = 10;

std::optional<double> number(std::string_view word, std::string_view unit) {
  if (!word.ends_with(unit)) return std::nullopt;
  word.remove_suffix(unit.size());
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  if (!std::isfinite(value) || value < 0) return std::nullopt;
  return value;
}

// The words of one line, taken one after the other.
class Words {
 public:
  explicit Words(const std::string& line) {
    std::istringstream in(line);
    for (std::string word; in >> word && word.front() != '#';) words_.push_back(word);
  }
  bool done() const { return at_ == words_.size(); }
  std::string next() { return done() ? "" : words_[at_++]; }
  bool take(std::string_view word) {
    if (done() || words_[at_] != word) return false;
    ++at_;
    return true;
  }
  std::string left() const {
    return fmt::format("{}", fmt::join(words_.begin() + static_cast<std::ptrdiff_t>(at_), words_.end(), " "));
  }
  std::string rest() {
    std::string all = left();
    at_ = words_.size();
    return all;
  }

 private:
  std::vector<std::string> words_;
  std::size_t at_ = 0;
};

class Parser {
 public:
  explicit Parser(const std::string& file) { out_.file = file; }

  Result<Scenario> parse(const std::string& text) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      ++line_;
      Words words(line);
      if (words.done()) continue;
      if (!statement(words)) return error(problem_);
      if (!words.done()) return error("unexpected text '" + printable(words.rest(), 60) + "'");
    }
    return whole();
  }

 private:
  bool wrong(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }
  tl::unexpected<Error> error(const std::string& what) const {
    return fail(Error::Kind::Invalid, fmt::format("{}:{}: {}", out_.file, line_, what));
  }

  bool plain_seconds_of(Words& w, double& out) {
    const std::string word = w.next();
    const auto value = number(word, "s");
    if (!value || *value > kLongestTime)
      return wrong("'" + printable(word, 40) + "' is not a time; write 5s or 0.5s");
    out = *value;
    return true;
  }
  // A moment of the story.
  bool seconds_of(Words& w, double& out) {
    if (!plain_seconds_of(w, out)) return false;
    last_ = std::max(last_, out);
    return true;
  }
  bool size_of(Words& w, Bytes& out) {
    const auto size = parse_size(w.next());
    if (!size) return wrong(size.error().message);
    out = *size;
    return true;
  }
  bool mib_of(Words& w, double& out) {
    Bytes size;
    if (!size_of(w, size)) return false;
    out = size.to_mib();
    return true;
  }
  bool percent_of(Words& w, double& out) {
    const std::string word = w.next();
    const auto value = number(word, "%");
    if (!value) return wrong("'" + printable(word, 40) + "' is not a percentage; write 20%");
    out = *value;
    return true;
  }
  bool count_of(Words& w, int& out) {
    const std::string word = w.next();
    const auto value = number(word, "");
    if (!value || *value > 1e6) return wrong("'" + printable(word, 40) + "' is not a count");
    out = static_cast<int>(*value);
    return true;
  }
  bool vm_of(Words& w, std::string& out) {
    out = w.next();
    if (out_.vm(out)) return true;
    return wrong("there is no VM '" + printable(out, 64) + "' above this line");
  }

  bool statement(Words& w) {
    const std::string what = w.next();
    if (what == "name") return (out_.name = w.rest(), true);
    if (what == "host") return host(w);
    if (what == "runs") return plain_seconds_of(w, out_.runs_s);
    if (what == "vm") return vm(w);
    if (what == "at") return step(w);
    if (what == "expect") return expect(w);
    if (what == "profile") {
      const std::string word = w.next();
      const auto profile = parse_profile(word);
      if (!profile)
        return wrong("unknown profile '" + printable(word, 40) + "'; there are dense, balanced and swift");
      out_.profile = *profile;
      return true;
    }
    if (what == "plans") {
      const std::string word = w.next();
      const auto plan = nonsense(word);
      if (!plan)
        return wrong("unknown plan '" + printable(word, 40) + "'; there are greedy, miser and flighty");
      out_.plan = *plan;
      return true;
    }
    if (what == "seed") {
      int seed = 0;
      if (!count_of(w, seed)) return false;
      out_.seed = static_cast<std::uint64_t>(seed);
      return true;
    }
    if (what == "without") {
      const std::string guard = w.next();
      if (const auto known = without_guard(guard); !known) return wrong(known.error().message);
      out_.without.push_back(guard);
      return w.take("fails") || wrong("'fails' must follow a guard");
    }
    return wrong(
        "a line begins with name, host, profile, plans, seed, runs, vm, at, expect or without, not '" +
        printable(what, 40) + "'");
  }

  bool host(Words& w) {
    if (!size_of(w, out_.host) || (w.take("reserve") && !size_of(w, out_.reserve))) return false;
    Bytes physical;
    if (!w.take("physical")) return true;
    if (!size_of(w, physical)) return false;
    out_.physical = physical;
    return true;
  }

  bool vm(Words& w) {
    ScenarioVm vm;
    vm.name = w.next();
    if (!is_vm_name(vm.name) || vm.name == "host")
      return wrong("'" + printable(vm.name, 64) + "' is not a valid VM name");
    if (out_.vm(vm.name)) return wrong("there is a VM '" + vm.name + "' already");
    Settings& s = vm.settings;
    s.mode = Mode::Dynamic;
    std::string behaves = "ideal";
    while (!w.done()) {
      const std::string word = w.next();
      Bytes size;
      int count = 0;
      double percent = 0;
      if (word == "min" && size_of(w, size))
        s.minimum = size;
      else if (word == "max" && size_of(w, size))
        s.maximum = size;
      else if (word == "starts" && size_of(w, size))
        s.startup = size;
      else if (word == "weight" && count_of(w, count))
        s.weight = count;
      else if (word == "buffer" && percent_of(w, percent))
        s.buffer_percent = static_cast<int>(percent);
      else if ((word == "needs" && mib_of(w, vm.needs_mib)) || (word == "cache" && mib_of(w, vm.cache_mib)))
        continue;
      else if (word == "hot" && percent_of(w, percent))
        vm.hot = percent / 100;
      else if (word == "static")
        s.mode = Mode::Static;
      else if (word == "statistics")
        vm.statistics = true;
      else if (word == "later")
        vm.later = true;
      else if (word == "behaves")
        behaves = w.rest();
      else
        return wrong("'" + printable(word, 40) +
                     "' is not a word of a VM; use min, max, starts, needs, cache, hot, weight, "
                     "buffer, static, statistics, later and behaves");
    }
    if (!s.startup) return wrong("it needs 'starts SIZE', the memory the VM boots with");
    if (!s.maximum) s.maximum = s.startup;
    if (vm.needs_mib == 0) vm.needs_mib = s.startup->to_mib() / 2;
    if (vm.cache_mib > vm.needs_mib) return wrong("cache is a part of need and cannot exceed it");
    auto made = behaviour(behaves);
    if (!made) return wrong(made.error().message);
    vm.behaviour = std::move(*made);
    out_.vms.push_back(std::move(vm));
    return true;
  }

  bool step(Words& w) {
    using Kind = ScenarioStep::Kind;
    ScenarioStep s;
    if (!seconds_of(w, s.at)) return false;
    if (w.take("reserve")) {
      s.kind = Kind::Reserve;
      if (!size_of(w, s.amount) || !w.take("for")) return wrong("write: reserve SIZE for VM");
      s.vm = w.next();
      return add(s);
    }
    if (w.take("release")) {
      s.kind = Kind::Release;
      s.vm = w.next();
      return add(s);
    }
    if (w.take("start")) {
      s.kind = Kind::Start;
      return vm_of(w, s.vm) &&
             (out_.vm(s.vm)->later || wrong(s.vm + " runs already; add 'later' to its line")) && add(s);
    }
    if (!vm_of(w, s.vm)) return false;
    const std::string verb = w.next();
    if (verb == "needs") {
      if (!mib_of(w, s.needs_mib)) return false;
      if (w.take("cache") && !mib_of(w, s.cache_mib)) return false;
      if (w.take("over") && !plain_seconds_of(w, s.over_s)) return false;
      if (s.cache_mib > s.needs_mib) return wrong("cache is a part of need and cannot exceed it");
      return add(s);
    }
    if (verb == "reboots") return (s.kind = Kind::Reboot, add(s));
    if (verb == "ends") return (s.kind = Kind::End, add(s));
    if (verb == "loses-its-monitor") return (s.kind = Kind::LoseMonitor, add(s));
    return wrong("a VM needs SIZE, reboots, ends or loses-its-monitor; '" + printable(verb, 40) +
                 "' it cannot");
  }

  bool add(const ScenarioStep& s) {
    if (!out_.steps.empty() && s.at < out_.steps.back().at) return wrong("steps stand in the order of time");
    out_.steps.push_back(s);
    last_ = std::max(last_, s.at + s.over_s);
    return true;
  }

  bool expect(Words& w) {
    using When = Expectation::When;
    Expectation e;
    e.line = line_;
    e.text = w.left();
    if (w.take("always")) {
      e.when = When::Always;
      if (w.take("from") && !seconds_of(w, e.time)) return false;
    } else if (w.take("at")) {
      if (e.when = When::At; !seconds_of(w, e.time)) return false;
    } else if (w.take("by")) {
      if (e.when = When::By; !seconds_of(w, e.time)) return false;
    } else if (w.take("from")) {
      if (e.when = When::From; !seconds_of(w, e.time)) return false;
    }
    std::string word = w.next();
    if (out_.vm(word)) e.subject = std::exchange(word, w.next());
    const bool good = word == "marked" ? marked(w, e) : measured(w, word, e);
    if (good) out_.expectations.push_back(e);
    return good;
  }

  bool marked(Words& w, Expectation& e) {
    if (e.subject.empty()) return wrong("only a VM can be marked");
    e.status = w.rest();
    if (is_status(e.status)) return true;
    return wrong("'" + printable(e.status, 40) + "' is not a status; use one of " + status_list());
  }

  bool measured(Words& w, const std::string& word, Expectation& e) {
    e.measure = word;
    const Measure* const measure = find_measure(word, !e.subject.empty());
    if (!measure) {
      const bool host = e.subject.empty();
      return wrong(fmt::format("'{}' is not a measure of {}; there are {}", printable(word, 40),
                               host ? "the host (or it is no VM above this line)" : "a VM",
                               measure_list(!host)));
    }
    if (e.when == Expectation::When::From && measure->unit != Unit::Count)
      return wrong(fmt::format("'from' goes with what is counted: resizes and reversals, not {}", word));
    const std::string sign = w.next();
    if (sign != ">=" && sign != "<=" && sign != "=") return wrong("a number is compared by >=, <= or =");
    e.sign = sign.front();
    switch (measure->unit) {
      case Unit::Size:
      case Unit::SizeSeconds: return mib_of(w, e.value);
      case Unit::Seconds: return plain_seconds_of(w, e.value);
      case Unit::Percent: return percent_of(w, e.value);
      case Unit::Count: break;
    }
    int count = 0;
    if (!count_of(w, count)) return false;
    e.value = count;
    return true;
  }

  Result<Scenario> whole() {
    line_ = 1;
    if (out_.name.empty()) return error("it needs a name");
    if (out_.host <= Bytes{}) return error("it needs 'host SIZE', the memory VMs may share");
    if (out_.vms.empty()) return error("it needs a VM");
    if (out_.expectations.empty()) return error("it has no expectation, so it cannot fail");
    if (out_.runs_s == 0) out_.runs_s = last_ + kAfterwards;
    if (last_ > out_.runs_s)
      return error(fmt::format("it runs {} s, and speaks of {} s", out_.runs_s, last_));
    for (Expectation& e : out_.expectations) {
      if (e.when == Expectation::When::End) e.time = out_.runs_s;
    }
    return std::move(out_);
  }

  Scenario out_;
  int line_ = 0;
  double last_ = 0;  // the last time mentioned
  std::string problem_;
};

}  // namespace

const ScenarioVm* Scenario::vm(std::string_view wanted) const {
  const auto found =
      std::find_if(vms.begin(), vms.end(), [&](const ScenarioVm& vm) { return vm.name == wanted; });
  return found == vms.end() ? nullptr : &*found;
}

Result<Scenario> parse_scenario(const std::string& text, const std::string& file) {
  return Parser(file).parse(text);
}

Result<Scenario> read_scenario(const std::string& path) {
  errno = 0;
  std::ifstream in(path);
  std::ostringstream text;
  // An empty file is read to its end at once, and yields nothing: streams treat that as a failure too.
  if (in && in.peek() == std::ifstream::traits_type::eof() && errno == 0)
    return fail(Error::Kind::Invalid,
                path + ": is empty; a scenario begins with its name; see docs/guide/scenarios.md");
  if (!in || !(text << in.rdbuf())) {
    return fail(Error::Kind::NotFound,
                fmt::format("{}: cannot be read: {}", path, std::strerror(errno != 0 ? errno : EIO)));
  }
  return parse_scenario(text.str(), path);
}

}  // namespace aerostat::sim
