// `free-page-reporting`: no controller at all. A VM has its maximum from the start and takes host memory by
// touching it, at once. Its kernel reports freed blocks of 2 MiB to the host, a part of them every 2 s
// (mm/page_reporting.c). Memory that was freed in other blocks stays. Nobody limits it: page faults take what
// the host has, first come, first served. It is a Policy because the guest itself causes its growth.
// `free-page-reporting-equal` is a rule: free memory goes back in the same way, a part of it from time to
// time, but memory moves by our reports and actuators, with a headroom.
#pragma once

#include <memory>
#include <unordered_map>

#include "research/tunable.h"

namespace aerostat::sim {

struct PageReportingConstants {
  double delay_s = 2;
  double block_mib = 2;     // the order that is reported; a fault brings as much
  double share = 1.0 / 16;  // of all free memory is reported in a pass …
  double batch_mib = 64;    // … and one more call: 32 blocks
  // The share of memory no longer used that lies between pages in use. With it the published build with a
  // mean of 8.7 GiB and a peak of about 15 holds the 10.5 GiB that were measured.
  double fragmented = 0.25;
};

std::unique_ptr<Policy> free_page_reporting(const PageReportingConstants& constants);

struct EqualReportingConstants {
  double headroom = 0.022;  // share of need …
  double floor_mib = 24;    // … and this: what it grows to
  double low = 0.38;        // it grows when less than this share of the headroom is left
  double delay_s = 4.2;     // between two passes over free memory
  double share = 1;         // of it goes back in a pass
};

std::unique_ptr<Rule> free_page_reporting_equal_rule(const EqualReportingConstants& constants);
Tunable free_page_reporting_tunable();

}  // namespace aerostat::sim
