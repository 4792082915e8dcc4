#include "runtime_json.h"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>

#include "base/log.h"
#include "base/own_file.h"
#include "base/text.h"

namespace aerostat {

std::optional<RuntimeJson> read_runtime_json(const std::string& path, std::size_t most_bytes,
                                             const char* what) {
  const Result<std::string> read = read_own_file(path, most_bytes);
  if (read) return std::optional<RuntimeJson>(std::in_place, RuntimeJson::parse(*read, nullptr, false));
  if (read.error().kind != Error::Kind::NotFound)
    log_warn("event={}.unreadable why={}", what, log_text(read.error().message));
  return std::nullopt;
}

void write_runtime_json(const std::string& path, const RuntimeJson& all, const char* what, const char* loss) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  const auto fault = replace_own_file(
      path, all.dump(-1, ' ', false, RuntimeJson::error_handler_t::replace) + "\n", 0600, Durable::No);
  if (!fault) return;
  const std::string note =
      fmt::format("a restart of the daemon would forget {}; make the directory writable", loss);
  log_warn("event={}.unwritable path={} why={} note={}", what, log_word(fault->path),
           log_text(std::strerror(fault->code)), log_text(note));
}

std::optional<std::int64_t> whole_of(const RuntimeJson& entry, const char* key, std::int64_t least,
                                     std::int64_t most) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_number_integer()) return std::nullopt;
  if (*found < least || *found > most) return std::nullopt;
  return found->get<std::int64_t>();
}

std::string text_of(const RuntimeJson& entry, const char* key) {
  const auto found = entry.find(key);
  return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t milliseconds_of(WallTime at) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

WallTime wall_of(std::int64_t milliseconds) { return WallTime(std::chrono::milliseconds(milliseconds)); }

}  // namespace aerostat
