#include "starts_file.h"

#include "base/log.h"
#include "base/text.h"
#include "runtime_json.h"

namespace aerostat {

namespace {

using Json = RuntimeJson;

constexpr std::size_t kMostStartsBytes = std::size_t{1} << 20;

Json entry_of(const StartReport& start) {
  Json out = {{"vm", start.request.vm},
              {"state", std::string(start_state_name(start.state))},
              {"memory", start.request.memory.count()},
              {"missing", start.missing.count()},
              {"wait_s", start.request.wait.count()},
              {"weight", start.weight},
              {"asked_at_ms", milliseconds_of(start.asked_at)},
              {"domain", start.request.domain},
              {"asked_by", start.request.asked_by}};
  if (start.request.lasts) out["lasts_s"] = start.request.lasts->count();
  if (start.until) out["until_ms"] = milliseconds_of(*start.until);
  return out;
}

std::optional<StartReport> start_of(const Json& entry) {
  if (!entry.is_object()) return std::nullopt;
  StartReport out;
  const auto state = start_state_of(text_of(entry, "state"));
  const auto memory = whole_of(entry, "memory"), missing = whole_of(entry, "missing"),
             wait = whole_of(entry, "wait_s"), weight = whole_of(entry, "weight"),
             asked_at = whole_of(entry, "asked_at_ms"), lasts = whole_of(entry, "lasts_s"),
             until = whole_of(entry, "until_ms");
  if (!state || !memory || !missing || !wait || !weight || !asked_at) return std::nullopt;
  out.request.vm = text_of(entry, "vm");
  out.request.memory = Bytes::of(*memory);
  out.request.wait = std::chrono::seconds(*wait);
  if (lasts) out.request.lasts = std::chrono::seconds(*lasts);
  out.request.weight = out.weight = static_cast<int>(std::clamp<std::int64_t>(*weight, -1, kMostWeight + 1));
  out.request.domain = text_of(entry, "domain");
  out.request.asked_by = printable(text_of(entry, "asked_by"), 64);
  out.state = *state;
  out.missing = Bytes::of(*missing);
  out.asked_at = wall_of(*asked_at);
  if (until) out.until = wall_of(*until);
  // What lasts until it is released may do so; what waits may not wait for ever.
  if (!out.until && out.state == StartState::Waiting) return std::nullopt;
  return validate(out.request) ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace

std::vector<StartReport> StartsFile::recall() const {
  const std::optional<Json> read = read_runtime_json(path_, kMostStartsBytes, "starts");
  if (!read) return {};
  std::vector<StartReport> out;
  const Json& all = *read;
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
  write_runtime_json(path_, all, "starts", "what it promised to VMs that start");
}

}  // namespace aerostat
