#include "policy/status.h"

#include "policy/tuning.h"
#include "policy/wants.h"

namespace aerostat {

Status health(const VmView& vm, bool paging) {
  if (paging) return Status::Paging;
  const Bytes demand = vm.demand.value_or(Bytes{});
  if (vm.assigned < demand) return Status::Warning;
  return vm.assigned - demand >= buffer_for(vm).scaled(kLowShare) ? Status::Ok : Status::Low;
}

}  // namespace aerostat
