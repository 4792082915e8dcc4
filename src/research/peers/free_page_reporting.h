// `free-page-reporting`: no controller at all. A VM has its maximum from the start and takes host memory by
// touching it, at once; what its kernel freed in whole blocks of 2 MiB is reported to the host, a part of it
// every 2 s (mm/page_reporting.c). What was freed in other blocks stays. Nobody pushes back: page faults take
// what the host has, first come.
// It is a Policy because its growth is the guest's own. `free-page-reporting-equal` is a rule: what is free
// goes back the same way, a part of it every so often, but memory moves by our reports and our actuators,
// with a headroom.
#pragma once

#include <memory>
#include <unordered_map>

#include "research/tunable.h"

namespace aerostat::sim {

struct PageReportingConstants {
  double delay_s = 2;
  double block_mib = 2;     // the order that is reported; a fault brings as much
  double share = 1.0 / 16;  // of all that is free is reported in a pass, …
  double batch_mib = 64;    // … and one more call: 32 blocks
  // Of what a guest has used and uses no more, this much lies between pages in use. With it the published
  // build of 8.7 GiB on average and about 15 at most holds the 10.5 GiB that were measured (measures.md §2).
  double fragmented = 0.25;
};

std::unique_ptr<Policy> free_page_reporting(const PageReportingConstants& constants);

struct EqualReportingConstants {
  double headroom = 0.022;  // share of need, …
  double floor_mib = 24;    // … and this, to which it is grown
  double low = 0.38;        // it is grown when less than this share of the headroom is left
  double delay_s = 4.2;     // between two passes over what is free
  double share = 1;         // of it goes back in a pass
};

std::unique_ptr<Rule> free_page_reporting_equal_rule(const EqualReportingConstants& constants);
Tunable free_page_reporting_tunable();

}  // namespace aerostat::sim
