#include "policy/status.h"

#include "policy/tuning.h"
#include "policy/wants.h"

namespace aerostat {

Status health(const VmView& vm, bool paging) {
  if (paging) return Status::Paging;
  const Bytes demand = vm.demand.value_or(Bytes{});
  if (vm.assigned < demand) return Status::Warning;
  const Bytes buffer = demand.scaled(vm.limits.buffer_percent / 100.0);
  return vm.assigned - demand >= buffer.scaled(kLowShare) ? Status::Ok : Status::Low;
}

}  // namespace aerostat
