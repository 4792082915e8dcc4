// `free-page-reporting`: no controller at all. A VM has its maximum from the start and takes host memory by
// touching it, at once; what its kernel freed in whole blocks of 2 MiB is reported to the host, a part of it
// every 2 s (mm/page_reporting.c). What was freed in other blocks stays. Nobody pushes back: page faults take
// what the host has, first come.
// It is a Policy because its growth is the guest's own.
#pragma once

#include <memory>
#include <unordered_map>

#include "sim/rules/tunable.h"

namespace aerostat::sim {

struct PageReportingConstants {
  double delay_s = 2;
  double block_mib = 2;      // the order that is reported
  double share = 1.0 / 16;   // of all that is free is reported in a pass, …
  double batch_mib = 64;     // … and one more call: 32 blocks
  double grow_mib = 2;       // what a fault brings: a huge page; with equal actuators a memory block
  // Of what a guest has used and uses no more, this much lies between pages in use. With it the published build
  // of 8.7 GiB on average and about 15 at most holds the 10.5 GiB that were measured (measures.md §2).
  double fragmented = 0.25;
};

std::unique_ptr<Policy> free_page_reporting(const PageReportingConstants& constants);
PageReportingConstants free_page_reporting_equal();
Tunable free_page_reporting_tunable();

}  // namespace aerostat::sim
