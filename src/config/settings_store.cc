#include "config/settings_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

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

std::string text_of(const SettingsStore::All& all) {
  std::string out(kHeading);
  for (const auto& [vm, s] : all) {
    if (s == Settings{}) continue;
    out += fmt::format("\n[vm.\"{}\"]\n", vm);
    if (s.mode) out += fmt::format("mode = \"{}\"\n", mode_name(*s.mode));
    if (s.startup) out += fmt::format("startup = \"{}\"\n", size_text(*s.startup));
    if (s.minimum) out += fmt::format("minimum = \"{}\"\n", size_text(*s.minimum));
    if (s.maximum) out += fmt::format("maximum = \"{}\"\n", size_text(*s.maximum));
    if (s.buffer_percent) out += fmt::format("buffer = {}\n", *s.buffer_percent);
    if (s.weight) out += fmt::format("weight = {}\n", *s.weight);
  }
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

Result<void> write_synced(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail(not_saved(path, errno));
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fsync(fd) != 0) return fail(not_saved(path, errno));
  return {};
}

}  // namespace

SettingsStore::SettingsStore(std::string directory)
    : directory_(std::move(directory)), file_(directory_ + "/settings.toml") {}

Result<SettingsStore::All> SettingsStore::load() {
  known_.reset();
  Result<std::string> text = read_text_file(file_);
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
  const Result<std::string> now = read_text_file(file_);
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
  const std::string text = text_of(all);
  // Always the same name, so that the next save overwrites what a crash left behind.
  const std::string temporary = file_ + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0) return fail(not_saved(temporary, errno));
  Result<void> written = write_synced(fd, text, temporary);
  ::close(fd);
  if (written && std::rename(temporary.c_str(), file_.c_str()) != 0) written = fail(not_saved(file_, errno));
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  known_ = text;
  // The new name must survive a power cut too. If this fails, the settings are still in force and readable
  // now.
  const int directory = ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
  return {};
}

}  // namespace aerostat
