#include "config/settings_store.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/own_file.h"
#include "base/text.h"
#include "config/table_reader.h"

namespace aerostat {

namespace {

constexpr std::string_view kHeading =
    "# Written by aerostatd when somebody uses `aerostat set`. To change it by hand, stop aerostatd first.\n";

// Exact, and readable by parse_size(): whole KiB, otherwise with the fraction that the last bytes make.
std::string size_text(Bytes size) {
  const std::int64_t n = size.count();
  if (n % (std::int64_t{1} << 20) == 0) return fmt::format("{}M", n >> 20);
  if (n % 1024 == 0) return fmt::format("{}K", n >> 10);
  return fmt::format("{:.10f}K", static_cast<double>(n) / 1024.0);
}

std::string section_of(const std::string& vm, const Settings& s) {
  if (s == Settings{}) return {};
  std::string out = fmt::format("\n[vm.\"{}\"]\n", vm);
  if (s.mode) out += fmt::format("mode = \"{}\"\n", mode_name(*s.mode));
  if (s.startup) out += fmt::format("startup = \"{}\"\n", size_text(*s.startup));
  if (s.minimum) out += fmt::format("minimum = \"{}\"\n", size_text(*s.minimum));
  if (s.maximum) out += fmt::format("maximum = \"{}\"\n", size_text(*s.maximum));
  if (s.buffer_percent) out += fmt::format("buffer = {}\n", *s.buffer_percent);
  if (s.weight) out += fmt::format("weight = {}\n", *s.weight);
  return out;
}

std::string text_of(const SettingsStore::All& all) {
  std::string out(kHeading);
  for (const auto& [vm, settings] : all) out += section_of(vm, settings);
  return out;
}

Result<SettingsStore::All> parse_settings(const std::string& text, const std::string& file) {
  const Result<Table> root = parse_document(text, file);
  if (!root) return fail(root.error());
  SettingsStore::All out;
  Problems problems(file);
  TableReader reader(*root, "the top level", problems);
  if (const Entry* vms = reader.table("vm")) {
    for (const Entry& vm : std::get<Table>(vms->value.data)) {
      const auto* table = std::get_if<Table>(&vm.value.data);
      if (!is_vm_name(vm.key) || table == nullptr) {
        problems.add(vm.key_at, fmt::format("vm.{} is not a VM's table; remove it", printable(vm.key, 64)));
        continue;
      }
      TableReader settings(*table, fmt::format("[vm.{}]", vm.key), problems);
      out[vm.key] = read_settings(settings, problems);
      settings.finish();
    }
  }
  reader.finish();
  if (!problems.empty()) return fail(Error::Kind::Invalid, problems.text());
  return out;
}

Error not_saved(const std::string& what, int code) {
  const bool denied = code == EACCES || code == EPERM || code == EROFS;
  return {
      denied ? Error::Kind::Denied : Error::Kind::Unavailable,
      fmt::format("the settings cannot be saved: {}: {}; nothing was changed; {}", what, std::strerror(code),
                  code == ENOSPC || code == EDQUOT ? "make room on that disk"
                                                   : "let aerostatd write there, or set another state_dir")};
}

}  // namespace

SettingsStore::SettingsStore(std::string directory)
    : directory_(std::move(directory)), file_(directory_ + "/settings.toml") {}

Result<SettingsStore::All> SettingsStore::load() {
  known_.reset();
  Result<std::string> text = read_own_file(file_, kMostBytes);
  if (!text && text.error().kind == Error::Kind::NotFound) {
    known_ = "";
    return All{};
  }
  if (!text) return fail(text.error());
  Result<All> all = parse_settings(*text, file_);
  if (!all) return all;
  known_ = std::move(*text);
  return all;
}

Result<void> SettingsStore::save(const All& all) {
  const std::string text = text_of(all);
  if (text.size() > kMostBytes) return fail(too_large());
  const Result<std::string> now = read_own_file(file_, kMostBytes);
  const bool missing = !now && now.error().kind == Error::Kind::NotFound;
  if (!now && !missing) return fail(Error(now.error()).in("the settings cannot be saved"));
  if (!missing && known_ != *now) {
    const Result<All> understood = parse_settings(*now, file_);
    if (!understood) {
      return fail(Error::Kind::Refused, fmt::format("the settings cannot be saved, because the file is "
                                                    "damaged and is kept as it is; repair it or move "
                                                    "it away, then restart aerostatd: {}",
                                                    understood.error().message));
    }
    return fail(
        Error::Kind::Refused,
        fmt::format(
            "the settings cannot be saved, because {} was changed by another hand; restart aerostatd to "
            "read it, then try again",
            file_));
  }

  std::error_code made;
  std::filesystem::create_directories(directory_, made);
  if (made) return fail(not_saved(directory_, made.value()));
  if (const auto fault = replace_own_file(file_, text, 0644, Durable::Yes))
    return fail(not_saved(fault->path, fault->code));
  known_ = text;
  return {};
}

std::size_t SettingsStore::size_of(const All& all) { return text_of(all).size(); }

std::size_t SettingsStore::size_of(const std::string& vm, const Settings& settings) {
  return section_of(vm, settings).size();
}

Error SettingsStore::too_large() {
  return {
      Error::Kind::Refused,
      fmt::format("the settings cannot be saved, because there would be more than {} KiB of them; nothing "
                  "was changed; take back those of VMs that are gone (`aerostat list --all` shows them)",
                  kMostBytes / 1024)};
}

}  // namespace aerostat
