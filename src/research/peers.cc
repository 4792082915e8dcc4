#include "research/peers.h"

#include "research/peers/free_page_reporting.h"
#include "research/peers/hyperv.h"
#include "research/peers/mom.h"
#include "research/peers/proxmox.h"
#include "research/peers/qubes.h"
#include "research/peers/senpai.h"
#include "research/peers/squeezed.h"
#include "sim/rules/registry.h"

namespace aerostat::sim {

namespace {

constexpr const char* kEqual = "the same with our loop, sensors and estimate, and constants tuned for it";

// As published, and with equal sensors.
template <class C>
void add_pair(Registry& all, const std::string& name, const char* about,
              std::unique_ptr<Rule> (*make)(const C&), const C& equal) {
  all.add_rule(name, about, [make] { return make(C{}); });
  all.add_rule(name + "-equal", kEqual, [make, equal] { return make(equal); });
}

}  // namespace

void add_peers(Registry& all) {
  add_pair(all, "hyperv", "Hyper-V: committed memory and a buffer, every second", hyperv_rule,
           hyperv_equal());
  add_pair(all, "proxmox", "Proxmox VE: shares of 80 % of the host, 100 MiB per 10 s", proxmox_rule,
           proxmox_equal());
  add_pair(all, "mom", "oVirt MoM: 5 % of a guest per 15 s, by strictly free memory", mom_rule, mom_equal());
  add_pair(all, "squeezed", "XenServer: every VM the same part of its range, every 10 s", squeezed_rule,
           squeezed_equal());
  add_pair(all, "qubes", "Qubes OS: 1.3 times what is used and a share of the rest", qubes_rule,
           qubes_equal());
  add_pair(all, "senpai", "stalls of 10 ms in 6 s, by probing 1 % at a time", senpai_rule, senpai_equal());
  all.add({"free-page-reporting", "page faults grow, the guest's kernel reports what is free every 2 s",
           [] { return free_page_reporting({}); }});
  all.add_rule("free-page-reporting-equal", kEqual, [] { return free_page_reporting_equal_rule({}); });
}

std::vector<Tunable> peers_tunables() {
  return {hyperv_tunable(),
          proxmox_tunable(),
          mom_tunable(),
          squeezed_tunable(),
          qubes_tunable(),
          senpai_tunable(),
          free_page_reporting_tunable()};
}

}  // namespace aerostat::sim
