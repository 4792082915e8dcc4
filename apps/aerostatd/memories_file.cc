#include "memories_file.h"

#include "base/log.h"
#include "base/text.h"
#include "runtime_json.h"

namespace aerostat {

namespace {

using Json = RuntimeJson;

constexpr int kVersion = 1;
constexpr std::size_t kMostMemoriesBytes = std::size_t{4} << 20;
constexpr std::size_t kMostText = 400;

Json entry_of(const VmMemory& memory) {
  Json out = {{"driver", memory.vm.driver},         {"vm", memory.vm.stable},
              {"pid", memory.process.pid},          {"floor", memory.floor.count()},
              {"relapses", memory.relapses},        {"until_ms", milliseconds_of(memory.until)},
              {"stepped_back", memory.stepped_back}};
  if (memory.process.started) out["started"] = *memory.process.started;
  return out;
}

std::optional<VmMemory> memory_of(const Json& entry) {
  if (!entry.is_object()) return std::nullopt;
  constexpr std::int64_t kMostMs = std::int64_t{1} << 43;  // the year 2248
  const auto pid = whole_of(entry, "pid", 1, 1 << 30),
             floor = whole_of(entry, "floor", 0, std::int64_t{1} << 46),
             relapses = whole_of(entry, "relapses", 0, 64), until = whole_of(entry, "until_ms", 0, kMostMs),
             started = whole_of(entry, "started", 0, std::int64_t{1} << 62);
  VmMemory out;
  out.vm = {text_of(entry, "driver"), text_of(entry, "vm")};
  if (!pid || !floor || !relapses || !until || out.vm.driver.empty() || out.vm.stable.empty())
    return std::nullopt;
  out.process.pid = static_cast<pid_t>(*pid);
  if (started) out.process.started = static_cast<std::uint64_t>(*started);
  out.floor = Bytes::of(*floor);
  out.relapses = static_cast<int>(*relapses);
  out.until = wall_of(*until);
  if (const std::string why = text_of(entry, "stepped_back"); !why.empty())
    out.stepped_back = printable(why, kMostText);
  return out;
}

}  // namespace

std::vector<VmMemory> MemoriesFile::recall() const {
  const std::optional<Json> read = read_runtime_json(path_, kMostMemoriesBytes, "memories");
  if (!read) return {};
  const Json& all = *read;
  if (!all.is_object() || !all.contains("vms") || !all["vms"].is_array()) {
    log_warn("event=memories.unreadable path={} why=\"it is damaged\"", log_word(path_));
    return {};
  }
  if (whole_of(all, "version", kVersion, kVersion) != kVersion) {
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
  write_runtime_json(path_, all, "memories", "what hurt its VMs, and which of them something else manages");
}

}  // namespace aerostat
