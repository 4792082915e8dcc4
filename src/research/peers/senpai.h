// `senpai`: a controller of stalls, applied to each VM separately. It sums the guests' time lost to memory
// (PSI). Above 10 ms in 6 s the VM grows, more so the larger the excess. Below, its memory is probed
// downwards by at most 1 % every 6 s. It considers no amount of memory at all. `senpai-equal` sees shortage
// before it stalls: it never probes below Aerostat's estimate with headroom.
#pragma once

#include <memory>

#include "research/tunable.h"

namespace aerostat::sim {

struct SenpaiConstants {
  bool equal = false;
  double period_s = 1;
  double interval_s = 6;     // between two probes, and after a back-off
  double stall_us = 10'000;  // in an interval
  double most_probe = 0.01;  // of its memory
  double most_backoff = 1;
  double probe_coefficient = 10;  // of the error, before it is squared
  double backoff_coefficient = 20;
  double least_mib = 100;
  double headroom_share = 0;  // equal only
  double headroom_mib = 0;
  double chunk_mib = 0;  // growth beyond that
};

std::unique_ptr<Rule> senpai_rule(const SenpaiConstants& constants);
SenpaiConstants senpai_equal();
Tunable senpai_tunable();

}  // namespace aerostat::sim
