#include "sim/trace/trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace aerostat::sim {

namespace {

// Rows of one VM that are written and read together: 2 KiB.
constexpr std::size_t kBlock = 128;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

struct Trace::Store {
  struct Vm {
    std::vector<Row> open;              // not yet a whole block
    std::vector<std::uint32_t> blocks;  // places in the file
    Row last{};
  };
  std::unique_ptr<std::FILE, CloseFile> file{std::tmpfile()};
  std::uint32_t blocks = 0;
  std::vector<VmTrace> about;
  std::vector<Vm> vms;
  std::unordered_map<std::string, std::size_t> by_name;
  std::size_t last_vm = 0;
  std::uint64_t rows = 0;
  bool straight = false;

  std::size_t find(std::string_view name) {
    if (last_vm < about.size() && about[last_vm].name == name) return last_vm;
    const auto [at, added] = by_name.try_emplace(std::string(name), about.size());
    if (added) {
      about.push_back({.name = std::string(name), .straight = straight});
      vms.emplace_back();
    }
    return last_vm = at->second;
  }

  Result<void> flush(Vm& vm) {
    if (!file)
      return fail(Error::Kind::Internal,
                  "cannot create a temporary file for the trace; check that /tmp is writable and has space");
    vm.blocks.push_back(blocks++);
    const std::size_t written = std::fwrite(vm.open.data(), sizeof(Row), vm.open.size(), file.get());
    if (written != vm.open.size() || std::fflush(file.get()) != 0)
      return fail(Error::Kind::Internal, "the temporary file for the trace is full; free space in /tmp");
    vm.open.clear();
    return {};
  }
};

Trace::Trace() : store_(std::make_unique<Store>()) {}
Trace::Trace(Trace&&) noexcept = default;
Trace& Trace::operator=(Trace&&) noexcept = default;
Trace::~Trace() = default;

const std::vector<VmTrace>& Trace::vms() const { return store_->about; }
std::uint64_t Trace::rows() const { return store_->rows; }

void Trace::set_straight(bool straight) { store_->straight = straight; }

double Trace::first_s() const {
  double first = store_->about.empty() ? 0 : store_->about.front().first_s;
  for (const VmTrace& vm : store_->about) first = std::min(first, vm.first_s);
  return first;
}

double Trace::last_s() const {
  double last = store_->about.empty() ? 0 : store_->about.front().last_s;
  for (const VmTrace& vm : store_->about) last = std::max(last, vm.last_s);
  return last;
}

Result<void> Trace::add(std::string_view name, const Row& row, double limit_mib) {
  const std::size_t index = store_->find(name);
  VmTrace& about = store_->about[index];
  Store::Vm& vm = store_->vms[index];
  if (about.rows == 0) {
    about.first_s = row.time_s;
    about.first_mib = row.need_mib;
  } else if (row.time_s < vm.last.time_s) {
    return fail(Error::Kind::Invalid,
                fmt::format("time_s {} of VM '{}' goes back; its last row was at {}; sort the file by time",
                            row.time_s, printable(name, 64), vm.last.time_s));
  } else {
    about.area_mib_s += (row.time_s - vm.last.time_s) * 0.5 *
                        (static_cast<double>(row.need_mib) + static_cast<double>(vm.last.need_mib));
  }
  if (about.rows > 0) about.longest_gap_s = std::max(about.longest_gap_s, row.time_s - vm.last.time_s);
  about.last_s = row.time_s;
  about.peak_mib = std::max(about.peak_mib, static_cast<double>(row.need_mib));
  about.limit_mib = std::max(about.limit_mib, limit_mib);
  about.has_cache = about.has_cache || row.cache_mib > 0;
  ++about.rows;
  ++store_->rows;
  vm.last = row;
  vm.open.push_back(row);
  return vm.open.size() == kBlock ? store_->flush(vm) : Result<void>{};
}

std::vector<Row> Trace::block(std::size_t index, std::size_t number) const {
  const Store::Vm& vm = store_->vms[index];
  if (number > vm.blocks.size()) return {};
  if (number == vm.blocks.size()) return vm.open;
  std::vector<Row> out(kBlock);
  std::FILE* const file = store_->file.get();
  const long at = static_cast<long>(vm.blocks[number]) * static_cast<long>(kBlock * sizeof(Row));
  const bool back =
      std::fseek(file, at, SEEK_SET) == 0 && std::fread(out.data(), sizeof(Row), kBlock, file) == kBlock;
  AEROSTAT_CHECK(back, "rows of a trace in its temporary file can be read back");
  return out;
}

Result<Trace> Trace::of(const std::string& name, const std::vector<Row>& rows) {
  Trace out;
  for (const Row& row : rows) {
    if (auto ok = out.add(name, row, 0); !ok) return fail(ok.error());
  }
  return out;
}

bool RowCursor::next(Row& out) {
  if (at_ == block_.size()) {
    block_ = trace_->block(vm_, number_++);
    at_ = 0;
    if (block_.empty()) return false;
  }
  out = block_[at_++];
  return true;
}

}  // namespace aerostat::sim
