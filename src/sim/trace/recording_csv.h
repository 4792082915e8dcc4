// Reads a recording (model/recording.h) from CSV, plain or gzip, row by row. Columns may be in any order;
// unknown ones are ignored. Refuses, with file and line: no time or no levels at all, values that are not
// whole numbers, a wrong number of fields, time that goes back.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "model/recording.h"

namespace aerostat::sim {

// Stops at the first error, of the file or of `each`.
Result<void> read_recording(const std::string& path,
                            const std::function<Result<void>(const recording::Row&)>& each);

}  // namespace aerostat::sim
