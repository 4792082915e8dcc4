#include "model/fair_share.h"

#include <algorithm>

namespace aerostat {

namespace {

double weight_of(const VmView& vm) { return std::max(1, vm.limits.weight); }

}  // namespace

FairPool fair_pool(const HostView& host) {
  FairPool pool{host.capacity - host.reserve - host.reserved - host.elsewhere, 0};
  for (const VmView& vm : host.vms) {
    if (vm.movable || vm.has_share) {
      pool.weights += weight_of(vm);
    } else {
      pool.memory -= vm.committed;
    }
  }
  return pool;
}

Bytes fair_share(const FairPool& pool, const VmView& vm) {
  const double part = pool.weights > 0 ? weight_of(vm) / pool.weights : 0;
  return std::clamp(std::max(Bytes{}, pool.memory).scaled(part), vm.limits.minimum, vm.limits.maximum);
}

}  // namespace aerostat
