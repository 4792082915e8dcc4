#include "history/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/text.h"

namespace aerostat::history {

namespace {

// "AerH": which program's file it is.
constexpr int kApplication = 0x41657248;

// Sizes of a row: a frame is one row for all VMs.
constexpr const char* kTables = R"sql(
CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, seen INTEGER NOT NULL) STRICT;
CREATE TABLE seconds(time INTEGER PRIMARY KEY, whole INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
CREATE TABLE tens(time INTEGER PRIMARY KEY, whole INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
CREATE TABLE minutes(time INTEGER PRIMARY KEY, whole INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
CREATE TABLE hours(time INTEGER PRIMARY KEY, whole INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
CREATE TABLE events(id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, run INTEGER NOT NULL, seq INTEGER NOT NULL,
  code TEXT NOT NULL, vm TEXT NOT NULL, text TEXT NOT NULL, asked_by TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX events_of ON events(vm, at_ms);
CREATE INDEX events_at ON events(at_ms);
CREATE TABLE decisions(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  vm TEXT NOT NULL, rule TEXT NOT NULL, from_bytes INTEGER NOT NULL, to_bytes INTEGER NOT NULL,
  desired_bytes INTEGER NOT NULL, why TEXT NOT NULL, assigned_bytes INTEGER, demand_bytes INTEGER,
  wanted_bytes INTEGER, host_free_bytes INTEGER, repeated INTEGER NOT NULL, result TEXT NOT NULL, wanted_parts TEXT,
  UNIQUE(run, seq)) STRICT;
CREATE INDEX decisions_of ON decisions(vm, at_ms);
)sql";

// What schema 1 lacks, schema 2, and so on.
constexpr std::array<const char*, kSchema - 1> kFromSchema = {
    "ALTER TABLE events ADD COLUMN asked_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE decisions ADD COLUMN wanted_parts TEXT"};

}  // namespace

Error error_of(const SQLite::Exception& fault, const std::string& path) {
  const auto later = [&](const std::string& why) {
    return Error{Error::Kind::Unavailable, fmt::format("{} {}", path, why)};
  };
  switch (fault.getErrorCode()) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {Error::Kind::Invalid, fmt::format("{} is damaged: {}", path, fault.what())};
    case SQLITE_FULL: return later("cannot grow: its disk, or its limit, is full; free some space");
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return later("is locked by another program; end that");
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return later(
          fmt::format("cannot be opened for writing ({}); make its directory writable", fault.what()));
    default: break;
  }
  return later(fmt::format("cannot be read or written: {}; look at its disk", fault.what()));
}

Result<std::string> own_path(const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path asked(path);
  std::error_code code;
  fs::create_directories(asked.parent_path(), code);
  const fs::path folder = fs::canonical(asked.parent_path(), code);
  if (code) {
    return fail(Error::Kind::Unavailable,
                fmt::format("the directory of {} cannot be used: {}; create it", path, code.message()));
  }
  const std::string real = (folder / asked.filename()).string();
  const int fd = ::open(real.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
  if (fd < 0) {
    return fail(Error::Kind::Unavailable,
                fmt::format("{} cannot be opened for writing: {}; make its directory writable", path,
                            std::strerror(errno)));
  }
  ::close(fd);
  return real;
}

Result<void> prepare(SQLite::Database& database, const std::string& path, Bytes limit, bool check) {
  database.exec("PRAGMA trusted_schema = OFF");
  database.exec("PRAGMA cell_size_check = ON");
  const int application = database.execAndGet("PRAGMA application_id");
  const int schema = database.execAndGet("PRAGMA user_version");
  const bool fresh = application == 0 && schema == 0 &&
                     database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
  if (!fresh && application != kApplication) {
    return fail(Error::Kind::Refused,
                fmt::format("{} is a database of another program; move it elsewhere", path));
  }
  if (schema > kSchema) {
    return fail(
        Error::Kind::Refused,
        fmt::format("{} is of a newer version of aerostatd (schema {}, and this one knows {}); move it "
                    "elsewhere, or use the newer version",
                    path, schema, kSchema));
  }
  // A crash of the daemon loses nothing that was committed; one of the host may lose the last seconds, and
  // leaves a whole file.
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = NORMAL");
  database.exec("PRAGMA journal_size_limit = 4194304");
  const std::int64_t page = database.execAndGet("PRAGMA page_size").getInt64();
  database.exec(fmt::format("PRAGMA max_page_count = {}", std::max<std::int64_t>(limit.count() / page, 1)));
  if (check && !fresh) {
    const std::string found = database.execAndGet("PRAGMA quick_check(1)");
    if (found != "ok")
      return fail(Error::Kind::Invalid, fmt::format("{} is damaged: {}", path, printable(found, 200)));
  }
  if (!fresh && schema == kSchema) return {};
  SQLite::Transaction all(database);
  if (fresh) {
    database.exec(kTables);
    database.exec(fmt::format("PRAGMA application_id = {}", kApplication));
  } else {
    for (auto from = static_cast<std::size_t>(std::max(schema, 1)); from < kSchema; ++from)
      database.exec(kFromSchema[from - 1]);
  }
  database.exec(fmt::format("PRAGMA user_version = {}", kSchema));
  all.commit();
  return {};
}

}  // namespace aerostat::history
