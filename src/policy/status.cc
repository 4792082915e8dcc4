#include "policy/status.h"

#include "policy/tuning.h"

namespace aerostat {

Status health(Bytes assigned, Bytes demand, Bytes buffer, bool paging) {
  if (paging) return Status::Paging;
  if (assigned < demand) return Status::Warning;
  return assigned - demand >= buffer.scaled(kLowShare) ? Status::Ok : Status::Low;
}

}  // namespace aerostat
