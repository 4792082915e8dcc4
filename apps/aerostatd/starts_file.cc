#include "starts_file.h"

#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/own_file.h"
#include "base/text.h"

namespace aerostat {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

std::int64_t milliseconds(WallTime at) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}
WallTime wall(std::int64_t ms) { return WallTime(std::chrono::milliseconds(ms)); }

std::optional<std::int64_t> number(const Json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

std::string text(const Json& entry, const char* key) {
  const auto found = entry.find(key);
  return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json entry_of(const StartReport& start) {
  Json out = {{"vm", start.request.vm},
              {"state", std::string(start_state_name(start.state))},
              {"memory", start.request.memory.count()},
              {"missing", start.missing.count()},
              {"wait_s", start.request.wait.count()},
              {"weight", start.weight},
              {"asked_at_ms", milliseconds(start.asked_at)},
              {"domain", start.request.domain},
              {"asked_by", start.request.asked_by}};
  if (start.request.lasts) out["lasts_s"] = start.request.lasts->count();
  if (start.until) out["until_ms"] = milliseconds(*start.until);
  return out;
}

std::optional<StartReport> start_of(const Json& entry) {
  if (!entry.is_object()) return std::nullopt;
  StartReport out;
  const auto state = start_state_of(text(entry, "state"));
  const auto memory = number(entry, "memory"), missing = number(entry, "missing"),
             wait = number(entry, "wait_s"), weight = number(entry, "weight"),
             asked_at = number(entry, "asked_at_ms"), lasts = number(entry, "lasts_s"),
             until = number(entry, "until_ms");
  if (!state || !memory || !missing || !wait || !weight || !asked_at) return std::nullopt;
  out.request.vm = text(entry, "vm");
  out.request.memory = Bytes::of(*memory);
  out.request.wait = std::chrono::seconds(*wait);
  if (lasts) out.request.lasts = std::chrono::seconds(*lasts);
  out.request.weight = out.weight = static_cast<int>(std::clamp<std::int64_t>(*weight, -1, kMostWeight + 1));
  out.request.domain = text(entry, "domain");
  out.request.asked_by = printable(text(entry, "asked_by"), 64);
  out.state = *state;
  out.missing = Bytes::of(*missing);
  out.asked_at = wall(*asked_at);
  if (until) out.until = wall(*until);
  // What lasts until it is released may do so; what waits may not wait for ever.
  if (!out.until && out.state == StartState::Waiting) return std::nullopt;
  return validate(out.request) ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace

std::vector<StartReport> StartsFile::recall() const {
  const Result<std::string> read = read_own_file(path_, kMostBytes);
  if (!read) {
    if (read.error().kind != Error::Kind::NotFound)
      log_warn("event=starts.unreadable why={}", log_text(read.error().message));
    return {};
  }
  std::vector<StartReport> out;
  const Json all = Json::parse(*read, nullptr, false);
  if (!all.is_array()) {
    log_warn("event=starts.unreadable path={} why=\"it is not a JSON array\"", log_word(path_));
    return {};
  }
  for (const Json& each : all) {
    if (auto start = start_of(each)) out.push_back(*std::move(start));
  }
  return out;
}

void StartsFile::remember(const std::vector<StartReport>& starts) const {
  Json all = Json::array();
  for (const StartReport& each : starts) all.push_back(entry_of(each));
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  const auto fault = replace_own_file(path_, all.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n",
                                      0600, Durable::No);
  if (!fault) return;
  log_warn(
      "event=starts.unwritable path={} why={} note=\"a restart of the daemon would forget what it promised "
      "to "
      "VMs that start; make the directory writable\"",
      log_word(fault->path), log_text(std::strerror(fault->code)));
}

}  // namespace aerostat
