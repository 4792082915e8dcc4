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

class Holds final : public Behaviour {
 public:
  explicit Holds(double mib) : mib_(mib) {}
  double holds_mib() const override { return mib_; }

 private:
  double mib_;
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

// Says it uses `mib`, whatever it uses.
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

}  // namespace

Result<std::unique_ptr<Behaviour>> behaviour(std::string_view words) {
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
  // "ideal 200M/s" is as fast as said.
  if ((kind == "slow" || kind == "ideal") && size && *size > 0) return made(new Slow(*size));
  if (kind == "holds" && size) return made(new Holds(*size));
  if (kind == "stuck-at-times" && time) return made(new StuckAtTimes(*time));
  if (kind == "silent" && word.size() == 1) return made(new Silent(0));
  if (kind == "silent" && time) return made(new Silent(*time));
  if ((kind == "lies-high" || kind == "lies-low") && size) return made(new Lies(Bytes::of_mib(*size)));
  if (kind == "reboots" && time) return made(new Reboots(*time));
  if (kind == "vanishes" && time) return made(new Vanishes(*time));
  return fail(
      Error::Kind::Invalid,
      fmt::format("'{}' is no behaviour; it is ideal, slow RATE, holds SIZE, stuck, refuses, "
                  "stuck-at-times SECONDS, silent [after SECONDS], starves, lies-high SIZE, lies-low SIZE, "
                  "reboots every SECONDS or vanishes at SECONDS, as in 'slow 20M/s' or 'silent after 20s'",
                  printable(words, 80)));
}

}  // namespace aerostat::sim
