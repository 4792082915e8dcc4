#include "sim/world/behaviour.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <sstream>
#include <vector>

#include "base/text.h"

namespace aerostat::sim {

namespace {

class Slow final : public Behaviour {
 public:
  explicit Slow(double rate) : rate_(rate) {}
  double shrink_rate(double, double usual) const override { return std::min(usual, rate_); }
  double grow_rate(double, double usual) const override { return std::min(usual, rate_); }

 private:
  double rate_;
};

// What stays as it is for all of the guest's life.
class Constant final : public Behaviour {
 public:
  double holds = 0, low_line = 0, granule = 0, touches = 0;  // MiB
  bool only_balloon = false;

  double holds_mib() const override { return holds; }
  double low_line_mib() const override { return low_line; }
  double granule_mib() const override { return granule; }
  double touches_mib() const override { return touches; }
  bool balloon_only() const override { return only_balloon; }

  template <typename Number>
  static std::unique_ptr<Behaviour> with(Number Constant::* which, Number value) {
    auto out = std::make_unique<Constant>();
    (*out).*which = value;
    return out;
  }
};

class Stuck final : public Behaviour {
 public:
  double shrink_rate(double, double) const override { return 0; }
};

class Refuses final : public Behaviour {
 public:
  double grow_rate(double, double) const override { return 0; }
};

// Obeys for `period`, is stuck for as long, and so on.
class StuckAtTimes final : public Behaviour {
 public:
  explicit StuckAtTimes(double period) : period_(period) {}
  double shrink_rate(double at, double usual) const override {
    return std::fmod(at, 2 * period_) < period_ ? usual : 0;
  }

 private:
  double period_;
};

class Silent final : public Behaviour {
 public:
  explicit Silent(double after) : after_(after) {}
  bool speaks(double at) const override { return at < after_; }

 private:
  double after_;
};

class Starves final : public Behaviour {
 public:
  bool starves() const override { return true; }
};

class Boots final : public Behaviour {
 public:
  explicit Boots(double until) : until_(until) {}
  bool speaks(double at) const override { return at >= until_; }

 private:
  double until_;
};

class Babbles final : public Behaviour {
 public:
  explicit Babbles(double after) : after_(after) {}
  bool babbles(double at) const override { return at >= after_; }

 private:
  double after_;
};

class Quiet final : public Behaviour {
 public:
  explicit Quiet(double until) : until_(until) {}
  double shrink_rate(double at, double usual) const override { return at < until_ ? 0 : usual; }
  double grow_rate(double at, double usual) const override { return at < until_ ? 0 : usual; }

 private:
  double until_;
};

// Claims to use `mib`, whatever it uses.
class Lies final : public Behaviour {
 public:
  explicit Lies(Bytes claim) : claim_(claim) {}
  void distort(GuestSample& sample) const override {
    if (!sample.total) return;
    sample.available = std::max(Bytes{}, *sample.total - claim_);
    sample.free = sample.available;
  }

 private:
  Bytes claim_;
};

class Reboots final : public Behaviour {
 public:
  explicit Reboots(double every) : every_(every) {}
  bool reboots(double from, double to) const override {
    return std::floor(to / every_) > std::floor(from / every_);
  }

 private:
  double every_;
};

class Vanishes final : public Behaviour {
 public:
  explicit Vanishes(double at) : at_(at) {}
  bool vanishes(double from, double to) const override { return from < at_ && to >= at_; }

 private:
  double at_;
};

// All of them at once, the worst of each.
class Several final : public Behaviour {
 public:
  explicit Several(std::vector<std::unique_ptr<Behaviour>> parts) : parts_(std::move(parts)) {}
  double shrink_rate(double at, double usual) const override {
    for (const auto& part : parts_) usual = std::min(usual, part->shrink_rate(at, usual));
    return usual;
  }
  double grow_rate(double at, double usual) const override {
    for (const auto& part : parts_) usual = std::min(usual, part->grow_rate(at, usual));
    return usual;
  }
  double holds_mib() const override {
    return most([](const Behaviour& b) { return b.holds_mib(); });
  }
  double touches_mib() const override {
    return most([](const Behaviour& b) { return b.touches_mib(); });
  }
  double low_line_mib() const override {
    return most([](const Behaviour& b) { return b.low_line_mib(); });
  }
  double granule_mib() const override {
    return most([](const Behaviour& b) { return b.granule_mib(); });
  }
  bool balloon_only() const override {
    return any([](const Behaviour& b) { return b.balloon_only(); });
  }
  bool speaks(double at) const override {
    return std::all_of(parts_.begin(), parts_.end(), [&](const auto& b) { return b->speaks(at); });
  }
  bool starves() const override {
    return any([](const Behaviour& b) { return b.starves(); });
  }
  bool babbles(double at) const override {
    return any([&](const Behaviour& b) { return b.babbles(at); });
  }
  void distort(GuestSample& sample) const override {
    for (const auto& part : parts_) part->distort(sample);
  }
  bool reboots(double from, double to) const override {
    return any([&](const Behaviour& b) { return b.reboots(from, to); });
  }
  bool vanishes(double from, double to) const override {
    return any([&](const Behaviour& b) { return b.vanishes(from, to); });
  }

 private:
  template <typename F>
  double most(F of) const {
    double out = 0;
    for (const auto& part : parts_) out = std::max(out, of(*part));
    return out;
  }
  template <typename F>
  bool any(F of) const {
    return std::any_of(parts_.begin(), parts_.end(), [&](const auto& b) { return of(*b); });
  }

  std::vector<std::unique_ptr<Behaviour>> parts_;
};

std::optional<double> seconds_in(const std::string& word) {
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  const std::string_view unit(end, static_cast<std::size_t>(word.data() + word.size() - end));
  if (error != std::errc{} || unit != "s" || !(value > 0) || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<double> mib_in(std::string word) {
  if (word.ends_with("/s")) word.resize(word.size() - 2);
  const auto size = parse_size(word);
  return size ? std::optional(size->to_mib()) : std::nullopt;
}

Result<std::unique_ptr<Behaviour>> one_behaviour(std::string_view words) {
  std::istringstream in{std::string(words)};
  std::vector<std::string> word;
  for (std::string w; in >> w;) word.push_back(w);
  const auto made = [](auto* what) { return std::unique_ptr<Behaviour>(what); };
  const std::string kind = word.empty() ? "ideal" : word.front();
  const std::string last = word.size() > 1 ? word.back() : "";
  if (kind == "ideal" && word.size() <= 1) return made(new Behaviour);
  if (kind == "stuck" && word.size() == 1) return made(new Stuck);
  if (kind == "refuses" && word.size() == 1) return made(new Refuses);
  if (kind == "starves" && word.size() == 1) return made(new Starves);
  const auto time = seconds_in(last);
  const auto size = mib_in(last);
  // "ideal 200M/s" is as fast as given.
  if ((kind == "slow" || kind == "ideal") && size && *size > 0) return made(new Slow(*size));
  if (kind == "holds" && size) return Constant::with(&Constant::holds, *size);
  if (kind == "stuck-at-times" && time) return made(new StuckAtTimes(*time));
  if (kind == "silent" && word.size() == 1) return made(new Silent(0));
  if (kind == "silent" && time && word[1] == "until") return made(new Boots(*time));
  if (kind == "silent" && time) return made(new Silent(*time));
  if (kind == "garbage" && time) return made(new Babbles(*time));
  if (kind == "touches" && size) return Constant::with(&Constant::touches, *size);
  if ((kind == "lies-high" || kind == "lies-low") && size) return made(new Lies(Bytes::of_mib(*size)));
  if (kind == "balloon-only" && word.size() == 1) return Constant::with(&Constant::only_balloon, true);
  if (kind == "low-line" && size) return Constant::with(&Constant::low_line, *size);
  if (kind == "granules" && size && *size > 0) return Constant::with(&Constant::granule, *size);
  if (kind == "quiet" && time) return made(new Quiet(*time));
  if (kind == "reboots" && time) return made(new Reboots(*time));
  if (kind == "vanishes" && time) return made(new Vanishes(*time));
  return fail(
      Error::Kind::Invalid,
      fmt::format("'{}' is not a behaviour; it is ideal, slow RATE, holds SIZE, stuck, refuses, "
                  "stuck-at-times SECONDS, silent [after|until SECONDS], starves, "
                  "garbage after SECONDS, lies-high SIZE, lies-low SIZE, touches SIZE, "
                  "balloon-only, low-line SIZE, quiet SECONDS, granules SIZE, reboots every "
                  "SECONDS or vanishes at "
                  "SECONDS, such as 'slow 20M/s' or 'silent after 20s', or several separated by commas",
                  printable(words, 80)));
}

}  // namespace

Result<std::unique_ptr<Behaviour>> behaviour(std::string_view words) {
  std::vector<std::unique_ptr<Behaviour>> parts;
  for (std::size_t begin = 0; begin <= words.size();) {
    const std::size_t end = std::min(words.find(',', begin), words.size());
    auto part = one_behaviour(words.substr(begin, end - begin));
    if (!part || (begin == 0 && end == words.size())) return part;
    parts.push_back(std::move(*part));
    begin = end + 1;
  }
  return std::unique_ptr<Behaviour>(new Several(std::move(parts)));
}

}  // namespace aerostat::sim
