// One VM with a guest that speaks through its own session, as a service in it sends its lines.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "config/guests_file.h"
#include "control/fakes.h"
#include "guest/guest_session.h"

namespace aerostat::fakes {

using namespace literals;
using namespace std::chrono_literals;

inline constexpr const char* kHost = "0.1.0";
inline constexpr Bytes kBoots = Bytes::mib(1024);

// Of data/guests.toml.
inline const GuestTable& table() {
  static const GuestTable made = compiled_in_guests().value();
  return made;
}

// Members of a hello.
inline std::string windows(const std::string& name, const std::string& edition, int pack,
                           const std::string& arch) {
  return fmt::format(
      R"(,"os":"windows","release":"6.0","name":"{}","edition":"{}","service_pack":{},"arch":"{}")"
      R"(,"caps":["balloon_in_total"])",
      name, edition, pack, arch);
}
inline std::string linux_guest(const std::string& release, const std::string& name = "",
                               const std::string& version = "", const std::string& arch = "x86_64") {
  return fmt::format(R"(,"os":"linux","release":"{}","name":"{}","version":"{}","arch":"{}")", release, name,
                     version, arch);
}

class TalkingGuest {
 public:
  TalkingGuest(GuestAbility grows_by, const GuestTable& guests) : world_(options(guests)) {
    world_.settings.defaults.buffer_percent = 20;
    auto machine = std::make_unique<FakeMachine>("web", kBoots, 8_GiB - kBoots);
    machine->f.agent_socket = "/fake/web";
    machine->grows_by = grows_by;
    if (grows_by == GuestAbility::Dimm) machine->grow_by_dimms(128_MiB);
    if (grows_by == GuestAbility::HvBalloon) machine->grow_by_hyperv();
    world_.appear(std::move(machine));
    session_.connected(world_.clock.now());
  }

  void says(const std::string& line) {
    session_.set_most_visible(world_.guest("web").most_visible);
    session_.receive(line + "\n", world_.clock.now());
    world_.guest("web").s = session_.state();
    world_.speak("web");
  }
  void hello(const std::string& members, const std::string& agent = kHost, int major = 1) {
    counts_balloon_ = members.find("balloon_in_total") != std::string::npos;
    says(fmt::format(R"({{"t":"hello","protocol":[{},0],"agent":"{}","boot_id":"b"{}}})", major, agent,
                     members));
  }
  void lose(const std::string& why) {
    session_.disconnected(why);
    world_.guest("web").s = session_.state();
    world_.speak("web");
    session_.connected(world_.clock.now());
  }
  void reboots() {
    FakeMachine& machine = *world_.machines.at("web");
    ++machine.f.resets;
    machine.arrive();
    world_.engine.machine_changed(machine.id());
    session_.guest_reset();
    world_.guest("web").s = session_.state();
  }
  // Its balloon's driver shows that it needs so much.
  void shows(Bytes demand, Duration time) {
    FakeMachine& machine = *world_.machines.at("web");
    for (Duration done{0}; done < time; done += 1s) {
      GuestSample sample;
      sample.total = assigned();
      sample.available = assigned() - demand;
      machine.f.has_balloon_stats = true;
      machine.f.balloon_stats = sample;
      machine.f.balloon_stats_at = world_.clock.now();
      world_.engine.machine_changed(machine.id());
      world_.run(1s);
    }
  }
  // It needs so much of what it has, for so long.
  void needs(Bytes demand, Duration time, Duration step = 250ms) {
    for (Duration done{0}; done < time; done += step) {
      world_.clock.advance(step);
      const Bytes available = std::max(16_MiB, assigned() - demand);
      says(fmt::format(R"({{"t":"sample","ns":{},"why":"change","avail_kib":{},"free_kib":{}{}}})",
                       world_.clock.now().time_since_epoch().count(), available.count() / 1024,
                       available.count() / 1024,
                       counts_balloon_ ? with_balloon(demand) : kib("total", assigned())));
      world_.engine.pass();
    }
  }
  void passes(Duration time) { world_.run(time); }
  Bytes assigned() { return world_.assigned("web"); }
  VmReport report() { return world_.vm("web"); }
  VmExam exam() { return world_.engine.exams().front(); }
  World& world() { return world_; }

 private:
  static std::string kib(const char* name, Bytes amount) {
    return fmt::format(R"(,"{}_kib":{})", name, amount.count() / 1024);
  }
  // What Windows has seen stays in its total, and what the balloon took of it is promised memory.
  std::string with_balloon(Bytes demand) {
    seen_ = std::max(seen_, assigned());
    const Bytes limit = seen_ + 4_GiB;
    const Bytes committed = std::min(demand + seen_ - assigned(), limit);
    return kib("total", seen_) + kib("committed", committed) + kib("commit_limit", limit) +
           kib("commit_room", limit - committed);
  }
  static EngineOptions options(const GuestTable& guests) {
    EngineOptions out = World::options(32_GiB, {});
    out.version = kHost;
    out.guests = &guests;
    return out;
  }
  World world_;
  GuestSession session_{8_GiB};
  bool counts_balloon_ = false;  // in its total, whatever the host makes of that
  Bytes seen_;
};

}  // namespace aerostat::fakes
