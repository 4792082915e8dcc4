#include "policy/status.h"

#include "policy/tuning.h"

namespace aerostat {

Status health(Bytes assigned, Bytes available, const Demand& demand, Bytes buffer, bool nearly_empty) {
  if (demand.paging) return Status::Paging;
  if (assigned < demand.demand || nearly_empty) return Status::Warning;
  const bool there = assigned - demand.demand >= buffer.scaled(kLowShare);
  return there && available >= kSlack ? Status::Ok : Status::Low;
}

}  // namespace aerostat
