#include "memories_file.h"

#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/own_file.h"
#include "base/text.h"

namespace aerostat {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr std::size_t kMostBytes = std::size_t{4} << 20;
constexpr std::size_t kMostText = 400;

std::int64_t milliseconds(WallTime at) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

// Of its range only; missing: none, or another.
std::optional<std::int64_t> number(const Json& entry, const char* key, std::int64_t least,
                                   std::int64_t most) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_number_integer()) return std::nullopt;
  if (*found < least || *found > most) return std::nullopt;
  return found->get<std::int64_t>();
}

std::string text(const Json& entry, const char* key) {
  const auto found = entry.find(key);
  return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json entry_of(const VmMemory& memory) {
  Json out = {{"driver", memory.vm.driver},         {"vm", memory.vm.stable},
              {"pid", memory.process.pid},          {"floor", memory.floor.count()},
              {"relapses", memory.relapses},        {"until_ms", milliseconds(memory.until)},
              {"stepped_back", memory.stepped_back}};
  if (memory.process.started) out["started"] = *memory.process.started;
  return out;
}

std::optional<VmMemory> memory_of(const Json& entry) {
  if (!entry.is_object()) return std::nullopt;
  constexpr std::int64_t kMostMs = std::int64_t{1} << 43;  // the year 2248
  const auto pid = number(entry, "pid", 1, 1 << 30), floor = number(entry, "floor", 0, std::int64_t{1} << 46),
             relapses = number(entry, "relapses", 0, 64), until = number(entry, "until_ms", 0, kMostMs),
             started = number(entry, "started", 0, std::int64_t{1} << 62);
  VmMemory out;
  out.vm = {text(entry, "driver"), text(entry, "vm")};
  if (!pid || !floor || !relapses || !until || out.vm.driver.empty() || out.vm.stable.empty())
    return std::nullopt;
  out.process.pid = static_cast<pid_t>(*pid);
  if (started) out.process.started = static_cast<std::uint64_t>(*started);
  out.floor = Bytes::of(*floor);
  out.relapses = static_cast<int>(*relapses);
  out.until = WallTime(std::chrono::milliseconds(*until));
  if (const std::string why = text(entry, "stepped_back"); !why.empty())
    out.stepped_back = printable(why, kMostText);
  return out;
}

}  // namespace

std::vector<VmMemory> MemoriesFile::recall() const {
  const Result<std::string> read = read_own_file(path_, kMostBytes);
  if (!read) {
    if (read.error().kind != Error::Kind::NotFound)
      log_warn("event=memories.unreadable why={}", log_text(read.error().message));
    return {};
  }
  const Json all = Json::parse(*read, nullptr, false);
  if (!all.is_object() || !all.contains("vms") || !all["vms"].is_array()) {
    log_warn("event=memories.unreadable path={} why=\"it is damaged\"", log_word(path_));
    return {};
  }
  if (number(all, "version", kVersion, kVersion) != kVersion) {
    log_warn("event=memories.unreadable path={} why=\"another version of aerostatd wrote it\"",
             log_word(path_));
    return {};
  }
  std::vector<VmMemory> out;
  for (const Json& each : all["vms"]) {
    if (auto memory = memory_of(each)) out.push_back(*std::move(memory));
  }
  return out;
}

void MemoriesFile::remember(const std::vector<VmMemory>& memories) const {
  Json vms = Json::array();
  for (const VmMemory& each : memories) vms.push_back(entry_of(each));
  const Json all = {{"version", kVersion}, {"vms", std::move(vms)}};
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  const auto fault = replace_own_file(path_, all.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n",
                                      0600, Durable::No);
  if (!fault) return;
  log_warn(
      "event=memories.unwritable path={} why={} note=\"a restart of the daemon would forget what hurt its "
      "VMs, "
      "and which of them something else manages; make the directory writable\"",
      log_word(fault->path), log_text(std::strerror(fault->code)));
}

}  // namespace aerostat
