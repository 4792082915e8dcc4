#include "run.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "sim/trace/csv.h"

namespace aerostat::fidelity {

namespace {

using Json = nlohmann::json;

// The bench writes these files itself: a wrong one is reported, not repaired.
LoggedVm vm_of(const Json& from) {
  LoggedVm vm;
  vm.name = from.at("name");
  const auto size = [&](const char* key) { return Bytes::mib(from.at(key).get<std::int64_t>()); };
  vm.settings.startup = size("startup_mib");
  vm.settings.minimum = size("minimum_mib");
  vm.settings.maximum = size("maximum_mib");
  vm.settings.weight = from.at("weight").get<int>();
  if (from.contains("buffer")) vm.settings.buffer_percent = from.at("buffer").get<int>();
  for (const Json& change : from.at("changes")) vm.changes.push_back(change.at(0));
  return vm;
}

LoggedRun run_of(const Json& from) {
  LoggedRun run;
  run.lab_policy = from.at("lab_policy");
  run.capacity = Bytes::mib(from.at("capacity_mib").get<std::int64_t>());
  run.block_mib = from.at("block_mib");
  run.from = from.at("from_s");
  run.to = from.at("to_s");
  run.look_s = from.at("look_s");
  for (const Json& vm : from.at("vms")) run.vms.push_back(vm_of(vm));
  return run;
}

Result<void> read_looks(const std::string& path, LoggedRun& run) {
  sim::CsvLines lines;
  if (Result<void> opened = lines.open(path); !opened) return opened;
  while (true) {
    const auto line = lines.next();
    if (!line) return fail(Error{line.error()});
    if (!*line) return {};
    if ((*line)->starts_with('#') || (*line)->starts_with("time_s")) continue;
    const sim::CsvFields fields(**line);
    if (fields.count < 5) return fail(Error::Kind::Invalid, path + ": a line that is no look");
    const auto number = [&](std::size_t i) { return std::stod(std::string(fields.text[i])); };
    const auto vm = std::find_if(run.vms.begin(), run.vms.end(),
                                 [&](const LoggedVm& each) { return each.name == fields.text[1]; });
    if (vm == run.vms.end()) return fail(Error::Kind::Invalid, path + ": a VM that the run does not name");
    vm->looks.push_back({number(0), number(2), number(3), std::max(number(3), number(4))});
  }
}

}  // namespace

Result<LoggedRun> read_run(const std::string& stem) {
  std::ifstream file(stem + ".json");
  if (!file) return fail(Error::Kind::NotFound, stem + ".json cannot be read");
  LoggedRun run;
  try {
    run = run_of(Json::parse(file));
    if (Result<void> read = read_looks(stem + ".csv", run); !read) return fail(std::move(read.error()));
  } catch (const std::exception& wrong) {
    return fail(Error::Kind::Invalid, stem + ": " + wrong.what());
  }
  return run;
}

}  // namespace aerostat::fidelity
