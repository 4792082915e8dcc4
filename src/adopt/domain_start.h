// The memory that a libvirt domain takes when it starts, by its XML.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace aerostat {

// Cells and DIMMs, and what each virtio-mem device is asked to have at once. Refuses what is no domain.
Result<Bytes> start_memory(std::string_view xml);

}  // namespace aerostat
