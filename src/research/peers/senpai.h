// `senpai`: a controller of stalls, applied to each VM by itself. Guests' time lost to memory (PSI) is
// summed; above 10 ms in 6 s the VM is given more, the more the further above; below, its memory is probed
// downwards by 1 % at most every 6 s. It looks at no amount of memory at all. `senpai-equal` sees shortage
// before it stalls: Aerostat's estimate, with headroom, is what it never probes below.
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
  double chunk_mib = 0;  // what it grows beyond that
};

std::unique_ptr<Rule> senpai_rule(const SenpaiConstants& constants);
SenpaiConstants senpai_equal();
Tunable senpai_tunable();

}  // namespace aerostat::sim
