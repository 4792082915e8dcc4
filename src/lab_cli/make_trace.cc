#include "lab_cli/make_trace.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <ostream>

#include "base/bytes.h"
#include "base/text.h"
#include "console/checks.h"
#include "console/exit_status.h"
#include "console/gzip.h"
#include "console/table.h"
#include "console/whole_file.h"
#include "lab_cli/complain.h"

namespace aerostat {

namespace {

constexpr const char* kTraceFooter =
    R"(Each recording becomes one VM, named after its file up to the first dot, or by NAME=FILE. Need is used memory without
page cache, swapped memory, and the page cache that --cache selects. docs/guide/recording.md explains the columns.
Examples:
  aerostat trace build.csv -o build.trace.csv.gz
  aerostat trace web=/tmp/a.csv db=/tmp/b.csv.gz --cache active --limit 4G -o shop.csv.gz
  aerostat simulate --trace shop.csv.gz --policy aerostat,plain,oracle --host-memory 8G)";

// "web=/tmp/a.csv", or a file whose name up to its first dot is the VM's.
sim::RecordingFile recording_of(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals != std::string::npos && is_vm_name(std::string_view(word).substr(0, equals)))
    return {word.substr(0, equals), word.substr(equals + 1)};
  const std::string name = std::filesystem::path(word).filename().string();
  return {name.substr(0, name.find('.')), word};
}

std::string summary(const sim::Converted& c) {
  const auto size = [](double mib) { return format_bytes(Bytes::mib(1).scaled(mib)); };
  std::string out =
      fmt::format("{}: {} rows of {} over {:.0f} s; need {} to {}, of it page cache up to {}", c.vm,
                  c.written, c.read, c.seconds, size(c.least_mib), size(c.peak_mib), size(c.peak_cache_mib));
  if (c.unknown > 0) out += fmt::format("; {} rows do not show the need", c.unknown);
  return out + "\n";
}

}  // namespace

MakeTrace::MakeTrace(CLI::App& app)
    : command_(app.add_subcommand("trace", "Make a trace for simulate from recordings")) {
  command_
      ->add_option("FILE", files_, "recordings of aerostat-guest --record or aerostat record, or NAME=FILE")
      ->required()
      ->type_name("...");
  command_->add_option("-o,--output", output_, "the trace; gzip if it ends in .gz; -: print it")
      ->capture_default_str()
      ->type_name("FILE");
  command_
      ->add_option("--cache", cache_,
                   "page cache that counts as needed: all, active (used more than once), none")
      ->check(CLI::IsMember({"all", "active", "none"}))
      ->capture_default_str()
      ->type_name("KIND");
  command_
      ->add_option("--tolerance", tolerance_,
                   "omit rows within this many MiB of the line; needs recordings with 10 rows a second")
      ->check(number_from(0, 1024))
      ->type_name("MIB");
  command_->add_option("--limit", limit_, "the VMs' maximum, as column limit_mib")
      ->check(memory_size().description(""))
      ->type_name("SIZE");
  command_->add_flag("--together", together_, "let all recordings begin at 0");
  command_->add_flag("--force", force_, "overwrite the output");
  command_->footer(kTraceFooter);
}

bool MakeTrace::asked() const { return command_->parsed(); }

sim::ConvertOptions MakeTrace::options() const {
  sim::ConvertOptions out;
  out.cache = cache_ == "all"      ? sim::CacheCounts::All
              : cache_ == "active" ? sim::CacheCounts::Active
                                   : sim::CacheCounts::None;
  if (command_->count("--tolerance") > 0) out.tolerance_mib = tolerance_;
  out.limit_mib = limit_.empty() ? 0 : parse_size(limit_).value_or(Bytes{}).to_mib();
  out.together = together_;
  return out;
}

int MakeTrace::run(const Surroundings& around) const {
  std::vector<sim::RecordingFile> files;
  files.reserve(files_.size());
  for (const std::string& word : files_) files.push_back(recording_of(word));
  const bool print = output_ == "-";
  std::optional<WholeFile> file;
  if (!print) {
    std::error_code ignored;
    if (!force_ && std::filesystem::is_regular_file(output_, ignored)) {
      return complain(around,
                      {Error::Kind::Refused, fmt::format("{} exists; name another file, or overwrite it with "
                                                         "--force",
                                                         printable(output_))});
    }
    Result<WholeFile> opened = WholeFile::open(output_);
    if (!opened) return complain(around, opened.error());
    file.emplace(std::move(*opened));
  }
  std::string text;
  Gzip gzip;
  const bool packed = output_.ends_with(".gz");
  const auto out = [&](std::string_view part) {
    if (packed) {
      text += gzip.add(part);
    } else if (print) {
      around.out << part;
    } else {
      text += part;
    }
  };
  const Result<std::vector<sim::Converted>> done = sim::convert(files, options(), out);
  if (!done) return complain(around, done.error());
  if (print) {
    around.out << std::flush;
    return kDone;
  }
  if (packed) text += gzip.finish();
  if (const Result<void> written = file->commit(text); !written) return complain(around, written.error());
  for (const sim::Converted& one : *done) around.out << summary(one);
  return kDone;
}

}  // namespace aerostat
