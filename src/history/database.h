// Database: the connection to the history's file, with its schema; and SQLite's exceptions as our errors. For
// this room's .cc files alone.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"

namespace aerostat::history {

inline constexpr int kSchema = 3;

// What went wrong with the file, as in store.h.
Error error_of(const SQLite::Exception& fault, const std::string& path);

// Runs `work`, and returns its result or the error of what it threw.
template <typename Work>
auto guarded(const std::string& path, Work work) -> Result<decltype(work())> {
  try {
    if constexpr (std::is_void_v<decltype(work())>) {
      work();
      return {};
    } else {
      return work();
    }
  } catch (const SQLite::Exception& fault) {
    return fail(error_of(fault, path));
  }
}

// Opens or creates the file. It throws SQLite::Exception; the error of the result is one of kind Refused.
Result<void> prepare(SQLite::Database& database, const std::string& path, Bytes limit, bool check);
// The file for the daemon alone; what was there stays. Links are not followed.
Result<std::string> own_path(const std::string& path);

}  // namespace aerostat::history
