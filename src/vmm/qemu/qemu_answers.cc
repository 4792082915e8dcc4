#include "vmm/qemu/qemu_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "vmm/qemu/qmp_wire.h"

namespace aerostat {

namespace {

using nlohmann::json;

constexpr std::int64_t kPage = 4096;          // QEMU reports swap in bytes; the model counts pages
constexpr Bytes kLeastBlock = Bytes::mib(1);  // VIRTIO_MEM_MIN_BLOCK_SIZE
constexpr std::int64_t kMostSlots = 256;      // of QEMU's machines for x86

tl::unexpected<Error> absurd(const std::string& what) {
  return fail(Error::Kind::Invalid, "what its QEMU says cannot be: " + what);
}

std::optional<std::uint64_t> count_in(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  const auto n = found->get<std::uint64_t>();
  if (n == ~std::uint64_t{0}) return std::nullopt;  // QEMU's value for "the guest did not report it"
  return n;
}

std::optional<std::uint64_t> pages_in(const json& object, const char* key) {
  const auto bytes = count_in(object, key);
  if (!bytes) return std::nullopt;
  return *bytes / static_cast<std::uint64_t>(kPage);
}

}  // namespace

RunStatus run_status_of(const json& status) {
  const std::string name = string_in(status, "status").value_or("");
  if (name.empty()) return {};
  if (name == "running") return {RunState::Running, ""};
  if (name == "shutdown") return {RunState::ShutDown, "the guest has shut down"};
  if (name == "inmigrate") return {RunState::Incoming, "its guest is being migrated to this process"};
  constexpr std::pair<std::string_view, std::string_view> kNotes[] = {
      {"prelaunch", "not started yet"},
      {"suspended", "the guest sleeps"},
      {"finish-migrate", "its guest is being migrated to another process"},
      {"postmigrate", "its guest was migrated to another process"},
      {"save-vm", "a snapshot of it is being saved"},
      {"restore-vm", "a snapshot of it is being restored"},
      {"guest-panicked", "the guest's kernel has crashed"},
      {"io-error", "stopped by QEMU after an error of a disk"},
      {"internal-error", "stopped by QEMU after an internal error"},
      {"watchdog", "stopped by its watchdog"}};
  for (const auto& [state, note] : kNotes) {
    if (name == state) return {RunState::Paused, std::string(note)};
  }
  return {RunState::Paused, "stopped by its owner"};
}

bool migrates(const json& answer) {
  constexpr std::string_view kOver[] = {"", "none", "completed", "failed", "cancelled"};
  return std::ranges::find(kOver, string_in(answer, "status").value_or("")) == std::end(kOver);
}

std::optional<int> our_dimm_number(std::string_view id) {
  if (!id.starts_with(kOurDimm)) return std::nullopt;
  id.remove_prefix(kOurDimm.size());
  int number = -1;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  const bool whole = error == std::errc{} && end == id.data() + id.size();
  return whole && number >= 0 ? std::optional(number) : std::nullopt;
}

// By ACPI's _OST: source 0 or 1 is an insertion; status 0 is success, and from 128 on it goes on.
std::optional<int> rejected_dimm(const json& word) {
  const auto source = bytes_in(word, "source"), status = bytes_in(word, "status");
  if (!source || !status || source->count() > 1 || status->count() == 0 || status->count() >= 128)
    return std::nullopt;
  return our_dimm_number(string_in(word, "device").value_or(""));
}

std::optional<MachineMemory> machine_memory_of(const json& answer) {
  const auto size = bytes_in(answer, "size");
  const auto maximum = bytes_in(answer, "max-size");
  const auto slots = bytes_in(answer, "slots");
  if (!size || !maximum || !slots || slots->count() > kMostSlots) return std::nullopt;
  return MachineMemory{*size, *maximum, static_cast<int>(slots->count())};
}

Result<MemoryDevices> memory_devices_of(const json& answer) {
  MemoryDevices out;
  if (!answer.is_array()) return absurd("its answer about memory devices is no list");
  if (answer.size() > kMostMemoryDevices)
    return absurd(fmt::format("it names {} memory devices, more than {}", answer.size(), kMostMemoryDevices));
  Bytes sum, others;  // each size is bounded, and so is their number: no overflow
  for (const json& device : answer) {
    const std::string type = string_in(device, "type").value_or("");
    if (!device.is_object()) continue;
    const json data = device.value("data", json::object());
    if (type == "hv-balloon") {
      const auto most = bytes_in(data, "max-size");
      if (!most || out.hyperv)
        return absurd("its hv-balloon has a size that cannot be, or is not the only one");
      out.hyperv = *most;
      sum += *most;
      continue;
    }
    const auto size = bytes_in(data, "size");
    if (type == "dimm" || type == "nvdimm") ++out.slots;
    if (type != "dimm" && type != "virtio-mem") {
      if (size) others += *size;
      continue;
    }
    if (!size) return absurd(fmt::format("its {} device has a size that cannot be", type));
    sum += *size;
    if (type == "dimm") {
      out.dimms += *size;
      if (const auto number = our_dimm_number(string_in(data, "id").value_or("")))
        out.ours.push_back({*number, *size});
      continue;
    }
    const auto block = bytes_in(data, "block-size");
    const auto maximum = bytes_in(data, "max-size");
    const auto requested = bytes_in(data, "requested-size");
    if (!block || *block < kLeastBlock || !maximum || !requested)
      return absurd("its virtio-mem device has sizes that cannot be");
    sum += std::max(*requested, *maximum);
    out.room += *maximum;
    out.plugs.push_back({string_in(data, "id").value_or(""), string_in(data, "memdev").value_or(""), *block,
                         *maximum, *size, *requested});
  }
  if (sum > Bytes::of(kMostQmpBytes))
    return absurd(fmt::format("its memory devices have {} in all, more than any host", format_bytes(sum)));
  out.room += out.dimms + others;
  return out;
}

std::vector<std::pair<std::string, std::string>> children_of(const json& answer) {
  constexpr std::string_view kBefore = "child<";
  std::vector<std::pair<std::string, std::string>> out;
  if (!answer.is_array()) return out;
  for (const json& property : answer) {
    const auto name = string_in(property, "name");
    const auto type = string_in(property, "type");
    if (!name || !type || !type->starts_with(kBefore) || !type->ends_with('>')) continue;
    out.emplace_back(*name, type->substr(kBefore.size(), type->size() - kBefore.size() - 1));
  }
  return out;
}

std::optional<std::string> chardev_filename(const json& answer, std::string_view label) {
  if (!answer.is_array()) return std::nullopt;
  for (const json& chardev : answer) {
    if (string_in(chardev, "label") == label) return string_in(chardev, "filename");
  }
  return std::nullopt;
}

std::optional<std::string> served_socket(std::string_view filename) {
  constexpr std::string_view kDisconnected = "disconnected:";
  constexpr std::string_view kUnix = "unix:";
  if (filename.starts_with(kDisconnected)) filename.remove_prefix(kDisconnected.size());
  if (!filename.starts_with(kUnix)) return std::nullopt;
  filename.remove_prefix(kUnix.size());
  // A path may contain commas; the option is last.
  const std::size_t option = filename.rfind(",server");
  if (option == std::string_view::npos) return std::nullopt;
  const std::string_view value = filename.substr(option);
  if (value != ",server=on" && value != ",server") return std::nullopt;
  return std::string(filename.substr(0, option));
}

std::optional<GuestSample> hyperv_report_of(const json& data, Bytes ballooned, Bytes actual) {
  const auto committed = bytes_in(data, "committed"), available = bytes_in(data, "available");
  if (!committed || !available || *available > actual) return std::nullopt;
  GuestSample out;
  out.total = actual;
  out.available = out.free = *available;
  out.committed = std::max(Bytes{}, *committed - ballooned);
  return out;
}

std::optional<BalloonStats> balloon_stats_of(const json& answer) {
  if (!answer.is_object() || !answer.contains("stats") || !answer["stats"].is_object()) return std::nullopt;
  const json& stats = answer["stats"];
  BalloonStats out;
  out.updated = count_in(answer, "last-update").value_or(0);
  out.sample.total = bytes_in(stats, "stat-total-memory");
  out.sample.available = bytes_in(stats, "stat-available-memory");
  out.sample.free = bytes_in(stats, "stat-free-memory");
  // All page cache, used once or more: the balloon does not distinguish it. As "used once" it does not count
  // as part of the unknown working set.
  out.sample.inactive_file = bytes_in(stats, "stat-disk-caches");
  out.sample.swap_in_pages = pages_in(stats, "stat-swap-in");
  out.sample.swap_out_pages = pages_in(stats, "stat-swap-out");
  out.sample.major_faults = count_in(stats, "stat-major-faults");
  out.sample.minor_faults = count_in(stats, "stat-minor-faults");
  return out;
}

}  // namespace aerostat
