#include "sim/world/virtual_vm.h"

#include <algorithm>
#include <cmath>

namespace aerostat::sim {

namespace {

constexpr double kPagesPerMib = 256;
// While anything is under way the world is sampled in steps of this.
constexpr double kStep = 0.05;
// A smaller change of a mark is not worth a message.
constexpr double kNotableMark = 0.05;
// Programs are promised more than they touch (malloc arenas, stacks, copy-on-write), and Committed_AS counts
// it all. No typical share is published. A quarter of the touched memory is a low estimate.
constexpr double kCommitSurplus = 0.25;
// The host calls a service silent after this many seconds without a report.
constexpr double kSilentAfter = 3;
// How long an error of a sensor lasts.
constexpr double kErrorMemory = 2.0;

std::int64_t ns(double s) { return std::llrint(s * 1e9); }
const std::shared_ptr<const Behaviour>& ideal() {
  static const std::shared_ptr<const Behaviour> one = std::make_shared<Behaviour>();
  return one;
}

}  // namespace

VirtualVm::VirtualVm(VmSpec spec, const Physics& physics, double now, Bytes startup, pid_t pid,
                     CommitWatch& watch)
    : spec_(std::move(spec)),
      physics_(physics),
      watch_(watch),
      born_(now),
      now_(now),
      assigned_(startup.to_mib()),
      target_(assigned_),
      base_(std::min(spec_.booted_with.value_or(startup), startup).to_mib()),
      most_(std::max(assigned_, spec_.settings.maximum.value_or(startup).to_mib())),
      zones_(base_, physics_),
      random_(seed_for(spec_.seed, spec_.name)) {
  if (!spec_.behaviour) spec_.behaviour = ideal();
  if (spec_.behaviour->balloon_only()) {
    base_ = most_;
    zones_ = Zones(base_, physics_);
  }
  limits_ = resolve(spec_.settings, startup, Bytes::of_mib(most_));
  own_ = spec_.curve.piece().t0;
  facts_.link = Link::Up;
  facts_.run_state = RunState::Running;
  facts_.pid = pid;
  facts_.known = true;
  facts_.devices = memory_.devices();
  memory_.base = Bytes::of_mib(base_);
  memory_.has_balloon = true;
  memory_.has_plug = !spec_.behaviour->balloon_only();
  memory_.plug_block = Bytes::of_mib(physics_.block_mib);
  memory_.plug_maximum = std::max(Bytes{}, Bytes::of_mib(most_ - base_));
  facts_.agent_socket = spec_.name;
  facts_.has_balloon_stats = spec_.statistics;
  guest_.can_compact = physics_.prepare_s > 0;
  guest_.service = spec_.behaviour->speaks(0) ? Service::Speaking : Service::Absent;
  reporter_.start(ns(now) + ns(random_.uniform() * spec_.sample_s), ns(spec_.sample_s), ns(1.0));
  follow_curve();
  resident_cache_ = std::min(cache_, std::max(0.0, assigned_ - anon_));
  known_cache_ = cache_;
  online_ = assigned_;
  hidden_ = std::min(physics_.hidden_mib + base_ * physics_.hidden_share, anon_ / 2);
  zones_.follow(online_, in_use());
  show_facts();
}

Bytes VirtualVm::reachable(Bytes target) const {
  const Bytes granule = Bytes::of_mib(spec_.behaviour->granule_mib()), booted = Bytes::of_mib(base_);
  if (granule > Bytes{} && target > booted) target = booted + (target - booted).round_down(granule);
  const Bytes block = memory_.plug_block;
  return std::clamp(target.round_down(block), std::min(block, Bytes::of_mib(base_)), Bytes::of_mib(most_));
}

void VirtualVm::set_target(Bytes target) {
  const double to = target.to_mib();
  if (to == target_) return;
  watch_.targeting(*this, target);
  watch_.committing(*this, Bytes::of_mib(committed()), Bytes::of_mib(std::max(assigned_, to)));
  meter_.changed(to > target_);
  // A driver that already moves memory notices a new size as it goes on. One that is about to begin begins
  // with it.
  const bool under_way = target_ != assigned_ && (target_ > assigned_) == (to > assigned_);
  target_ = to;
  if (!under_way) {
    block_out_.reset();
    move_from_ = now_ + (to > assigned_ ? physics_.grow_latency_s : physics_.shrink_latency_s);
    first_block_ = true;
  }
  memory_.goal = target;
  show_facts();
}

void VirtualVm::prepare_to_grow() {
  const Bytes above = std::max(Bytes{}, Bytes::of_mib(assigned_ - base_));
  if (with_room_in_block(above, memory_.plug_block) > memory_.plug_maximum) return;
  zones_.open();
  show_facts();
}

void VirtualVm::set_low_mark(Bytes available) {
  if (std::abs(available.to_mib() - low_mark_) < kNotableMark * low_mark_) return;
  low_mark_ = available.to_mib();
  reporter_.set_low_mark(available.count() / 1024, ns(now_));
  watch_.looks_sooner(*this);
}

void VirtualVm::expect_growth(Bytes target) {
  reporter_.expect(target.count() / 1024, ns(now_));
  watch_.looks_sooner(*this);
}

// All of it may be boot memory: nothing is plugged.
void VirtualVm::take_by_faults(double grain_mib) {
  takes_by_faults_ = true;
  fault_grain_ = grain_mib;
  base_ = most_;
  zones_ = Zones(base_, physics_);
}

void VirtualVm::prepare() {
  guest_.prepared = false;
  prepared_at_ = now_ + physics_.prepare_s;
}

void VirtualVm::follow_curve() {
  const Piece& p = spec_.curve.piece();
  const double span = p.t1 - p.t0;
  const double part = span > 0 ? std::clamp((own_ - p.t0) / span, 0.0, 1.0) : 1.0;
  cache_ = p.cache0 + (p.cache1 - p.cache0) * part;
  anon_ = p.need0 + (p.need1 - p.need0) * part - cache_;
  need_ = anon_ + cache_ * spec_.hot_cache;
}

// A program that lacks part of what it needs progresses more slowly in proportion.
double VirtualVm::progress_rate() const {
  if (need_ <= assigned_) return 1;
  return std::max(physics_.slowest, assigned_ / need_);
}

void VirtualVm::advance(double to) {
  while (now_ < to - kTiny) {
    if (block_out_ && now_ >= *block_out_ - kTiny) drop_block();
    const Piece& p = spec_.curve.piece();
    const double rate = progress_rate();
    double end = to;
    if (own_ < p.t1 - kTiny) {
      end = std::min(end, now_ + (p.t1 - own_) / rate);
    } else if (!ended_ && !spec_.curve.next()) {
      ended_ = true;
    } else if (!ended_) {
      continue;
    }
    double speed = 0;
    if (assigned_ != target_) {
      if (now_ < move_from_ - kTiny) {
        end = std::min(end, move_from_);
      } else if (whole_block_next()) {
        const double takes = first_block_ ? physics_.unplug_first_s : physics_.unplug_block_s;
        if (!block_out_) block_out_ = now_ + takes;
        first_block_ = false;
        end = std::min(end, *block_out_);
      } else {
        block_out_.reset();
        end = std::min(end, now_ + kStep);
        speed = actuator_rate();
        if (speed != 0) end = std::min(end, now_ + (next_edge() - assigned_) / speed);
        const double in_use = std::max(0.0, anon_ - swapped_) + kWatermarkMib;
        if (speed < 0 && assigned_ > in_use) end = std::min(end, now_ + (in_use - assigned_) / speed);
      }
    }
    const bool busy = swapped_ > 0 || need_ > assigned_ || resident_cache_ + kTiny < cache_ * spec_.hot_cache;
    if (busy) end = std::min(end, now_ + kStep);
    if (online_at_) end = std::min(end, *online_at_);
    const double dt = std::max(end - now_, kTiny);

    Stretch s;
    s.dt = dt;
    s.need0 = need_;
    s.got0 = assigned_;
    s.held0 = committed();
    s.cache = resident_cache_;
    if (speed != 0) {
      const double edge = next_edge();
      assigned_ += speed * dt;
      const bool there = speed > 0 ? assigned_ > edge - 0.01 : assigned_ < edge + 0.01;
      if (there) assigned_ = edge;
      if (speed > 0) {
        meter_.plugged(assigned_ - s.got0);
      } else {
        assigned_ = std::max(assigned_, std::min(s.got0, std::max(target_, spec_.behaviour->holds_mib())));
        watch_.committing(*this, Bytes::of_mib(s.held0), Bytes::of_mib(committed()));
      }
    }
    own_ += dt * rate;
    now_ += dt;
    follow_curve();
    if (takes_by_faults_) touch();
    s.need1 = need_;
    s.got1 = assigned_;
    s.held1 = committed();
    bring_online(s.got0);
    meter_.add(now_ - born_, s);
    live(dt);
  }
  if (block_out_ && (assigned_ == target_ || target_ > assigned_)) block_out_.reset();
  if (prepared_at_ && now_ >= *prepared_at_) {
    guest_.prepared = true;
    prepared_at_.reset();
  }
  show_facts();
}

// What the guest's kernel did in the last `dt`.
void VirtualVm::live(double dt) {
  const double lacks = anon_ + zones_.memmap() - online_ + kWatermarkMib - swapped_;
  const double most = physics_.swap_mib_s * dt;
  if (anon_ + zones_.memmap() > online_) {
    const double out = std::min(std::max(0.0, lacks), most);
    // New memory is used at once, even if not all of the need fits yet.
    const double in = std::min({swapped_, most, std::max(0.0, -lacks)});
    swapped_ += out - in;
    // Missing memory is missed: it comes back all the time and pushes other pages out.
    const double thrashed = std::min(swapped_, most - out - in) / 2;
    swapped_out_ += out + thrashed;
    swapped_in_ += in + thrashed;
  } else if (swapped_ > 0) {
    const double in = std::min({swapped_, most, std::max(0.0, -lacks)});
    swapped_ -= in;
    swapped_in_ += in;
    if (swapped_ < 0.01) swapped_ = 0;
  }
  const double room = std::max(0.0, online_ - (anon_ - swapped_) - zones_.memmap() - kWatermarkMib);
  // Data that is read for the first time adds to what is there, and was never missed.
  const double fresh = std::max(0.0, cache_ - known_cache_);
  known_cache_ = cache_;
  reclaimed_ += std::max(0.0, std::min(resident_cache_ + fresh, cache_) - room);
  resident_cache_ = std::min({resident_cache_ + fresh, room, cache_});
  const double hot = cache_ * spec_.hot_cache;
  if (resident_cache_ < hot) {
    // Each hot page is read once in a period. A missing one is read from disk.
    const double fetched = (hot - resident_cache_) * std::min(1.0, dt / physics_.cache_period_s);
    refaulted_ += fetched;
    reclaimed_ += std::max(0.0, resident_cache_ + fetched - room);
    resident_cache_ = std::min({resident_cache_ + fetched, room, cache_});
  }
  if (need_ > assigned_) stalled_ += dt * std::min(1.0, 10 * (need_ - assigned_) / need_);
  const double uses = std::max(anon_ - swapped_ + resident_cache_, spec_.behaviour->touches_mib());
  touched_ = std::min(assigned_, std::max(touched_, uses));
  zones_.follow(online_, in_use());
}

// Page faults: memory is there as soon as it is used, if the host has it.
void VirtualVm::touch() {
  const double uses = std::min(most_, anon_ - swapped_ + cache_ + kWatermarkMib);
  if (uses <= target_) return;
  const double held = committed();
  const double whole = fault_grain_ > 0 ? std::ceil(uses / fault_grain_) * fault_grain_ : uses;
  const double to = std::min({whole, most_, held + std::max(0.0, watch_.spare().to_mib())});
  if (to <= target_) return;
  watch_.committing(*this, Bytes::of_mib(held), Bytes::of_mib(std::max(assigned_, to)));
  target_ = to;
  memory_.goal = Bytes::of_mib(to);
  memory_.show(facts_);
  meter_.plugged(std::max(0.0, to - assigned_));
  assigned_ = std::max(assigned_, to);
  online_ = assigned_;
}

void VirtualVm::show_facts() {
  const double most = memory_.plug_maximum.to_mib();
  const auto plugged = [&](double of) {
    const double above = std::max(0.0, of - base_);
    const double open = zones_.plugged(above);
    return open <= most ? open : above;
  };
  const double now = plugged(assigned_);
  memory_.plugged = Bytes::of_mib(now);
  memory_.balloon_actual = Bytes::of_mib(assigned_ - now);
  Bytes requested = Bytes::of_mib(plugged(target_));
  Bytes balloon = Bytes::of_mib(target_) - requested;
  if (target_ < assigned_) {
    // On the way down nothing is plugged, and the balloon gives nothing back before plugged memory has gone.
    requested = std::min(requested, memory_.plugged);
    balloon = std::min(Bytes::of_mib(target_) - requested, memory_.balloon_actual);
  }
  memory_.plug_requested = requested;
  memory_.balloon_target = balloon;
  memory_.show(facts_);
  facts_.levels = Levels::around({}, memory_.plug_block, memory_.plug_block, {}, memory_.maximum());
  facts_.seen_at = lab_time(now_);
}

// Pages that are not free. Never all of its memory.
double VirtualVm::in_use() const {
  return std::clamp(anon_ - swapped_ + resident_cache_, 0.0, std::max(0.0, online_ - kWatermarkMib));
}

GuestSample VirtualVm::sample() {
  if (spec_.sensor_error > 0) {
    const double keep = std::exp(-(now_ - error_at_) / kErrorMemory);
    error_ = error_ * keep + random_.normal() * spec_.sensor_error * std::sqrt(1 - keep * keep);
    error_at_ = now_;
  }
  // A guest never shows more than it has. Further need is in its swap, or not there yet.
  const double wrong = error_ * anon_;
  // Near the end nobody counts the free pages of a block that goes, but the total still includes the block.
  const bool leaving = block_out_ && now_ >= *block_out_ - physics_.unplug_apart_s;
  const double apart = (leaving ? kMemoryBlockMib : 0) + zones_.unavailable();
  const double resident =
      std::clamp(anon_ - swapped_ + wrong + apart, 0.0, std::max(0.0, online_ - kWatermarkMib));
  GuestSample s;
  s.total = Bytes::of_mib(online_ - hidden_);
  s.available = Bytes::of_mib(online_ - resident);
  s.free = Bytes::of_mib(std::max(0.0, online_ - resident - resident_cache_));
  s.active_file = Bytes::of_mib(resident_cache_);
  s.inactive_file = Bytes{};
  if (physics_.zones) s.normal_free = Bytes::of_mib(std::max(0.0, zones_.kernel_free()));
  s.committed = Bytes::of_mib(anon_ * (1 + kCommitSurplus));
  s.swap_total = Bytes::of_mib(most_);
  s.swap_free = Bytes::of_mib(most_ - std::min(swapped_, most_));
  s.swap_in_pages = static_cast<std::uint64_t>(swapped_in_ * kPagesPerMib);
  s.swap_out_pages = static_cast<std::uint64_t>(swapped_out_ * kPagesPerMib);
  s.refault_file = static_cast<std::uint64_t>(refaulted_ * kPagesPerMib);
  s.reclaimed_pages = static_cast<std::uint64_t>((swapped_out_ + reclaimed_) * kPagesPerMib);
  s.psi_some_us = static_cast<std::uint64_t>(stalled_ * 1e6);
  spec_.behaviour->distort(s);
  return s;
}

bool VirtualVm::service_runs() {
  const bool starved = spec_.behaviour->starves() && need_ > online_ + kTiny;
  const bool runs = spec_.behaviour->speaks(now_ - born_) && !starved;
  if (runs && spec_.behaviour->babbles(now_ - born_)) {
    guest_.service = Service::Faulty;
    guest_.note = "its service reports impossible numbers";
    return false;
  }
  if (runs) {
    ran_at_ = now_;
    guest_.service = Service::Speaking;
    guest_.note.clear();
  } else if (!starved || now_ - ran_at_ >= kSilentAfter) {
    const bool ever = guest_.messages > 0;
    guest_.service = ever ? Service::Silent : Service::Absent;
    guest_.note = ever ? "its service fell silent" : "";
  }
  return runs;
}

bool VirtualVm::look() {
  ++looks_;
  const bool runs = service_runs();
  GuestSample s = sample();
  if (spec_.statistics) {
    // What a balloon's driver reports.
    GuestSample& told = facts_.balloon_stats.emplace();
    told.total = s.total;
    told.available = s.available;
    told.free = s.free;
    told.inactive_file = s.active_file;
    told.swap_in_pages = s.swap_in_pages;
    told.swap_out_pages = s.swap_out_pages;
    facts_.balloon_stats_at = lab_time(now_);
  }
  const auto verdict = reporter_.look(
      ns(now_), {kib_of(s.total->to_mib()),
                 kib_of(s.available->to_mib()),
                 s.normal_free ? agent::Number(kib_of(s.normal_free->to_mib())) : agent::Number{},
                 kib_of(s.active_file->to_mib()),
                 static_cast<std::int64_t>(*s.refault_file),
                 {}});
  if (!verdict.send || !runs) return false;
  on_the_way_ = s;
  sampled_ = now_;
  guest_.low_since.reset();
  if (verdict.low_since_ns) guest_.low_since = lab_time(static_cast<double>(*verdict.low_since_ns) / 1e9);
  guest_.cause = static_cast<SampleCause>(verdict.why);
  return true;
}

void VirtualVm::deliver() {
  if (!on_the_way_) return;
  guest_.sample = on_the_way_;
  guest_.sampled_at = lab_time(sampled_);
  guest_.received_at = lab_time(now_);
  ++guest_.messages;
  on_the_way_.reset();
}

void VirtualVm::reset() {
  const Bytes before = Bytes::of_mib(committed());
  zones_ = Zones(base_, physics_);
  assigned_ = online_ = base_;
  online_at_.reset();
  block_out_.reset();
  move_from_ = now_ + physics_.grow_latency_s;
  first_block_ = true;
  watch_.reverting(before, Bytes::of_mib(std::max(base_, target_)));
  swapped_ = 0;
  resident_cache_ = known_cache_ = 0;
  touched_ = 0;
  memory_.goal.reset();
  ++facts_.resets;
  reporter_.start(ns(now_), ns(spec_.sample_s), ns(1.0));
  show_facts();
}

bool VirtualVm::wants_reset(double from, double to) const {
  return spec_.behaviour->reboots(from - born_, to - born_);
}
bool VirtualVm::wants_to_vanish(double from, double to) const {
  return spec_.behaviour->vanishes(from - born_, to - born_);
}

}  // namespace aerostat::sim
