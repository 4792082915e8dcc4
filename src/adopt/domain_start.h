// What a libvirt domain takes when it starts, by its XML.
#pragma once

#include <string>

#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace aerostat {

struct DomainStart {
  std::string uuid;
  Bytes memory;  // cells and DIMMs, and what each virtio-mem device is asked to have at once
};

// Refuses what is no domain.
Result<DomainStart> domain_start(std::string_view xml);

}  // namespace aerostat
