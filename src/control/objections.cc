#include "control/objections.h"

#include <algorithm>

namespace aerostat {

bool others_suffice(const HostView& host, const std::vector<Wish>& plan) {
  // What the host's kernel lacks is no growth either, whatever the books say.
  Bytes lacking, coming = std::min(host.free(), host.spare_physical.value_or(host.free()));
  for (const VmView& vm : host.vms) {
    if (!vm.stalled) coming += std::max(Bytes{}, vm.committed - vm.target);
  }
  for (const Wish& wish : plan) {
    if (wish.place >= host.vms.size()) continue;
    const Bytes has = host.vms[wish.place].target;
    if (wish.to < has) {
      coming += has - wish.desired;
    } else if (wish.rule != Rule::Hold) {
      lacking += std::max(Bytes{}, std::max(wish.desired, wish.numbers.wanted.sum()) - has);
    }
  }
  return lacking <= coming;
}

}  // namespace aerostat
