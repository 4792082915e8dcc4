#include "config/config.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "config/table_reader.h"

namespace aerostat {

namespace {

constexpr std::size_t kMostSocketPath = 107;  // what the kernel's sockaddr_un holds

bool usable_path(const Placed<std::string>& path, std::string_view key, Problems& problems) {
  if (!path.value.starts_with('/')) {
    problems.add(path.at,
                 fmt::format("{} '{}' is not an absolute path; begin it with /", key, printable(path.value)));
    return false;
  }
  if (path.value.find('\0') != std::string::npos) {
    problems.add(path.at, fmt::format("{} holds a NUL character; remove it", key));
    return false;
  }
  return true;
}

bool usable_socket(const Placed<std::string>& path, std::string_view key, Problems& problems) {
  if (!usable_path(path, key, problems)) return false;
  if (path.value.size() <= kMostSocketPath) return true;
  problems.add(path.at, fmt::format("{} is {} characters long, and the kernel allows {}; use a shorter path",
                                    key, path.value.size(), kMostSocketPath));
  return false;
}

// A list of texts, each once. `fits` reports what is wrong with one.
template <typename Fits>
void read_texts(TableReader& reader, std::string_view key, std::string_view what, std::string_view example,
                std::vector<std::string>& into, Problems& problems, Fits fits) {
  const auto list = reader.list(key, example);
  if (!list) return;
  into.clear();
  for (const Value& item : list->value) {
    const auto* text = std::get_if<std::string>(&item.data);
    if (text == nullptr) {
      problems.add(item.at, fmt::format("a {} is {}, and a text in quotes is needed; write {}", what,
                                        type_name(item), example));
    } else if (!fits(Placed<std::string>{item.at, *text})) {
      continue;
    } else if (std::find(into.begin(), into.end(), *text) != into.end()) {
      problems.add(item.at, fmt::format("{} '{}' is named twice; remove one", what, printable(*text)));
    } else {
      into.push_back(*text);
    }
  }
}

// "127.0.0.1:7070", "[::1]:7070"
std::optional<ApiListen> parse_listen(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  ApiListen out{text.substr(0, colon), 0};
  const bool bracketed = out.address.starts_with('[') && out.address.ends_with(']');
  if (bracketed) out.address = out.address.substr(1, out.address.size() - 2);
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, out.port);
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  if (error != std::errc{} || rest != end ||
      ::inet_pton(bracketed ? AF_INET6 : AF_INET, out.address.c_str(), ignored.data()) != 1)
    return std::nullopt;
  return out;
}

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

void read_api_tcp(TableReader& reader, Config& out, Problems& problems) {
  std::optional<Place> key_at;
  if (const auto path = reader.text("tls_certificate", "tls_certificate = \"/etc/aerostat/api.pem\"")) {
    if (usable_path(*path, "tls_certificate", problems)) out.api_certificate = path->value;
    key_at = path->at;
  }
  if (const auto path = reader.text("tls_key", "tls_key = \"/etc/aerostat/api.key\"")) {
    if (usable_path(*path, "tls_key", problems)) out.api_key = path->value;
    key_at = path->at;
  }
  if (key_at && out.api_certificate.empty() != out.api_key.empty())
    problems.add(*key_at, "tls_certificate and tls_key belong together; set both, or none");
  if (const auto listen = reader.text("listen", "listen = \"127.0.0.1:7070\"")) {
    out.api_listen = parse_listen(listen->value);
    if (!out.api_listen) {
      problems.add(listen->at,
                   fmt::format("listen '{}' is not an address and a port; write \"127.0.0.1:7070\" "
                               "or \"[::1]:7070\"",
                               printable(listen->value)));
    } else if (!is_loopback(out.api_listen->address) && out.api_certificate.empty()) {
      problems.add(listen->at,
                   fmt::format("listen '{}' can be reached from elsewhere, and nothing is encrypted; set "
                               "tls_certificate and tls_key, or listen on 127.0.0.1",
                               printable(listen->value)));
    }
  }
}

void read_api(const Entry& entry, Config& out, Problems& problems) {
  TableReader reader(std::get<Table>(entry.value.data), "[api]", problems);
  read_api_tcp(reader, out, problems);
  read_texts(
      reader, "names", "name", "names = [\"host.example\"]", out.api_names, problems, [&](const auto& name) {
        if (!name.value.empty() && name.value.find_first_of("/: ") == std::string::npos) return true;
        problems.add(name.at, fmt::format("'{}' is not a host's name; write it without scheme and port",
                                          printable(name.value)));
        return false;
      });
  if (const auto path = reader.text("socket", "socket = \"/run/aerostat/api.sock\"")) {
    if (usable_socket(*path, "socket", problems)) out.api_socket = path->value;
  }
  if (const auto mode = reader.text("mode", "mode = \"0660\"")) {
    unsigned bits = 0;
    const char* const end = mode->value.data() + mode->value.size();
    const auto [rest, error] = std::from_chars(mode->value.data(), end, bits, 8);
    if (error == std::errc{} && rest == end && bits <= 0777)
      out.api_socket_mode = static_cast<mode_t>(bits);
    else
      problems.add(mode->at, fmt::format("mode '{}' is not a file mode; write octal digits like \"0660\"",
                                         printable(mode->value)));
  }
  if (const auto group = reader.text("group", "group = \"kvm\"")) {
    if (!group->value.empty())
      out.api_socket_group = group->value;
    else
      problems.add(group->at, "group is empty; name a group, or remove the line");
  }
  reader.finish();
}

// The index of the text among `words`. Nothing: it is missing, or none of them, and that is reported.
std::optional<std::size_t> one_of(const std::optional<Placed<std::string>>& text, std::string_view key,
                                  const std::vector<std::string_view>& words, Problems& problems) {
  if (!text) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), text->value);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string known;
  for (std::size_t i = 0; i < words.size(); ++i)
    known += fmt::format("{}\"{}\"", i == 0 ? "" : i + 1 == words.size() ? " or " : ", ", words[i]);
  problems.add(text->at, fmt::format("{} '{}' is not known; it is {}", key, printable(text->value), known));
  return std::nullopt;
}

void read_qemu(const Entry& entry, Config& out, Problems& problems) {
  TableReader reader(std::get<Table>(entry.value.data), "[qemu]", problems);
  read_texts(reader, "directories", "directory", "directories = [\"/run/aerostat/vms\"]", out.qmp_directories,
             problems, [&](const auto& path) { return usable_path(path, "directory", problems); });
  reader.finish();
}

bool is_libvirt_uri(const Placed<std::string>& uri, Problems& problems) {
  const std::string_view place = std::string_view(uri.value).substr(0, uri.value.find('?'));
  if (place == "qemu:///system" || place == "qemu:///session" || place == "qemu+unix:///system" ||
      place == "qemu+unix:///session")
    return true;
  problems.add(uri.at,
               fmt::format("'{}' is not libvirt's QEMU driver on this host; write \"qemu:///system\" or "
                           "\"qemu:///session\"",
                           printable(uri.value)));
  return false;
}

void read_libvirt(const Entry& entry, Config& out, Problems& problems) {
  TableReader reader(std::get<Table>(entry.value.data), "[libvirt]", problems);
  // In the order of LibvirtUse.
  if (const auto use = one_of(reader.text("enabled", "enabled = \"auto\""), "enabled",
                              {"auto", "true", "false"}, problems))
    out.libvirt = static_cast<LibvirtUse>(*use);
  read_texts(reader, "uris", "URI", "uris = [\"qemu:///system\"]", out.libvirt_uris, problems,
             [&](const auto& uri) { return is_libvirt_uri(uri, problems); });
  reader.finish();
}

void read_starts(const Entry& entry, Config& out, Problems& problems) {
  constexpr int kLongest = 86400;
  TableReader reader(std::get<Table>(entry.value.data), "[starts]", problems);
  StartRules& rules = out.starts;
  if (const auto asks =
          one_of(reader.text("libvirt", "libvirt = \"true\""), "libvirt", {"true", "false"}, problems))
    rules.libvirt = *asks == 0;
  if (const auto goes_on = one_of(reader.text("without_daemon", "without_daemon = \"start\""),
                                  "without_daemon", {"start", "refuse"}, problems))
    rules.without_daemon = *goes_on == 0;
  if (const auto wait = reader.whole("wait", "wait = 60")) {
    if (wait->value >= 0 && wait->value <= kLongest)
      rules.wait = std::chrono::seconds(wait->value);
    else
      problems.add(wait->at, fmt::format("wait {} is outside 0 to {} seconds", wait->value, kLongest));
  }
  reader.finish();
}

// "90s", "10m", "2h", "30d"
std::optional<std::chrono::seconds> span_of(std::string_view text) {
  constexpr std::string_view kUnits = "smhd";
  constexpr std::array<int, 4> kSeconds = {1, 60, 3600, 86400};
  const std::size_t unit = text.empty() ? std::string_view::npos : kUnits.find(text.back());
  if (unit == std::string_view::npos) return std::nullopt;
  int count = 0;
  const char* const end = text.data() + text.size() - 1;
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || rest != end || count < 0 || count > 1'000'000) return std::nullopt;
  return std::chrono::seconds(std::int64_t{count} * kSeconds.at(unit));
}

// How far back each step reaches. What is wrong with one is said at its place.
void read_reach(TableReader& reader, HistoryRules& rules, Problems& problems) {
  struct Step {
    const char *key, *least, *most;
  };
  constexpr std::array<Step, 4> kSteps = {{{"seconds", "1m", "7d"},
                                           {"tens", "10m", "90d"},
                                           {"minutes", "1h", "1000d"},
                                           {"hours", "1d", "10000d"}}};
  std::array<std::optional<Place>, 4> written;
  for (std::size_t i = 0; i < kSteps.size(); ++i) {
    const auto [key, least, most] = kSteps.at(i);
    const auto text = reader.text(key, fmt::format("{} = \"{}\"", key, most));
    if (!text) continue;
    const auto span = span_of(text->value);
    if (!span || *span < *span_of(least) || *span > *span_of(most)) {
      problems.add(text->at,
                   fmt::format("{} '{}' is no span from {} to {}; write it like \"90m\", \"12h\" or \"30d\"",
                               key, printable(text->value, 40), least, most));
      return;
    }
    rules.reach.at(i) = *span;
    written.at(i) = text->at;
  }
  for (std::size_t i = 1; i < kSteps.size(); ++i) {
    if (rules.reach.at(i) >= rules.reach.at(i - 1)) continue;
    const std::optional<Place> at = written.at(i) ? written.at(i) : written.at(i - 1);
    problems.add(*at, fmt::format("{} must reach at least as far back as {}; make it longer, or that shorter",
                                  kSteps.at(i).key, kSteps.at(i - 1).key));
  }
}

void read_history(const Entry& entry, Config& out, Problems& problems) {
  constexpr Bytes kLeast = Bytes::mib(8), kMost = Bytes::mib(1 << 20);
  TableReader reader(std::get<Table>(entry.value.data), "[history]", problems);
  if (const auto enabled = reader.flag("enabled", "enabled = true")) out.history.enabled = enabled->value;
  if (const auto limit = reader.size("limit")) {
    if (limit->value >= kLeast && limit->value <= kMost)
      out.history.limit = limit->value;
    else
      problems.add(limit->at, fmt::format("limit {} is outside {} to {}", format_bytes(limit->value),
                                          format_bytes(kLeast), format_bytes(kMost)));
  }
  read_reach(reader, out.history, problems);
  reader.finish();
}

void read_vm(const Entry& entry, bool defaults_are_right, Config& out, Problems& problems) {
  if (!is_vm_name(entry.key)) {
    problems.add(entry.key_at,
                 fmt::format("'{}' is not a valid VM name; use {}", printable(entry.key, 64), kVmNameRule));
    return;
  }
  const auto* table = std::get_if<Table>(&entry.value.data);
  if (table == nullptr) {
    problems.add(entry.value.at,
                 fmt::format("vm.{0} is {1}, and a table is needed; write [vm.{0}] on a line of its own",
                             entry.key, type_name(entry.value)));
    return;
  }
  const auto before = problems.count();
  TableReader reader(*table, fmt::format("[vm.{}]", entry.key), problems);
  VmEntry vm;
  if (const auto path = reader.text("socket", "socket = \"/run/vms/web.qmp\"")) {
    if (usable_socket(*path, "socket", problems)) vm.socket = path->value;
    for (const auto& [name, other] : out.vms) {
      if (vm.socket && other.socket == vm.socket) {
        problems.add(path->at,
                     fmt::format("VM '{}' has the same socket; a QMP socket belongs to one VM", name));
      }
    }
  }
  vm.settings = read_settings(reader, problems);
  reader.finish();
  if (defaults_are_right && problems.count() == before) {
    if (const Result<void> checked = validate(merged(out.defaults, vm.settings)); !checked) {
      problems.add(entry.key_at,
                   fmt::format("[vm.{}] together with [defaults]: {}; set the missing values here too",
                               entry.key, checked.error().message));
    }
  }
  out.vms.emplace(entry.key, std::move(vm));
}

void read_top(TableReader& reader, Config& out, Problems& problems) {
  if (const auto capacity = reader.text("capacity", "capacity = \"auto\" or a size like \"24G\"")) {
    if (capacity->value != "auto") {
      const Result<Bytes> size = parse_size(capacity->value);
      if (!size)
        problems.add(capacity->at, fmt::format("capacity: {}; or write \"auto\"", size.error().message));
      else if (*size < kLeastMinimum)
        problems.add(capacity->at, fmt::format("capacity {} is less than one VM needs, {}; "
                                               "raise it, or write \"auto\"",
                                               format_bytes(*size), format_bytes(kLeastMinimum)));
      else
        out.capacity = *size;
    }
  }
  if (const auto reserve = reader.size("reserve")) {
    const auto* capacity = std::get_if<Bytes>(&out.capacity);
    if (capacity != nullptr && reserve->value >= *capacity) {
      problems.add(reserve->at, fmt::format("reserve {} leaves nothing of the capacity {}; lower it",
                                            format_bytes(reserve->value), format_bytes(*capacity)));
    }
    out.reserve = reserve->value;
  }
  if (const auto name = reader.text("profile", "profile = \"balanced\"")) {
    if (const auto known = parse_profile(name->value))
      out.profile = *known;
    else
      problems.add(name->at, fmt::format("profile '{}' is not known; it is dense, balanced or swift",
                                         printable(name->value)));
  }
  if (const auto level = reader.text("log_level", "log_level = \"info\"")) {
    if (level->value == "debug")
      out.log_level = LogLevel::Debug;
    else if (level->value == "info")
      out.log_level = LogLevel::Info;
    else if (level->value == "warn")
      out.log_level = LogLevel::Warn;
    else if (level->value == "error")
      out.log_level = LogLevel::Error;
    else
      problems.add(level->at, fmt::format("log_level '{}' is not known; it is debug, info, warn or error",
                                          printable(level->value)));
  }
  if (const auto path = reader.text("state_dir", "state_dir = \"/var/lib/aerostat\"")) {
    if (usable_path(*path, "state_dir", problems)) out.state_dir = path->value;
  }
}

}  // namespace

Settings Config::settings_of(const std::string& vm) const {
  const auto found = vms.find(vm);
  return found == vms.end() ? defaults : merged(defaults, found->second.settings);
}

Result<Config> parse_config(std::string_view text, const std::string& file) {
  const Result<Table> root = parse_document(text, file);
  if (!root) return fail(root.error());
  Config out;
  Problems problems(file);
  TableReader reader(*root, "the top level", problems);
  read_top(reader, out, problems);
  if (const Entry* api = reader.table("api")) read_api(*api, out, problems);
  if (const Entry* qemu = reader.table("qemu")) read_qemu(*qemu, out, problems);
  if (const Entry* starts = reader.table("starts")) read_starts(*starts, out, problems);
  if (const Entry* history = reader.table("history")) read_history(*history, out, problems);
  if (const Entry* libvirt = reader.table("libvirt")) read_libvirt(*libvirt, out, problems);
  const std::size_t before_defaults = problems.count();
  if (const Entry* defaults = reader.table("defaults")) {
    TableReader settings(std::get<Table>(defaults->value.data), "[defaults]", problems);
    out.defaults = read_settings(settings, problems);
    settings.finish();
  }
  const bool defaults_are_right = problems.count() == before_defaults;
  if (const Entry* vms = reader.table("vm")) {
    for (const Entry& vm : std::get<Table>(vms->value.data)) read_vm(vm, defaults_are_right, out, problems);
  }
  reader.finish();
  if (!problems.empty()) return fail(Error::Kind::Invalid, problems.text());
  return out;
}

Result<Config> load_config(const std::string& path) {
  Result<std::string> text = read_text_file(path);
  if (text) return parse_config(*text, path);
  Error error = std::move(text.error());
  if (error.kind == Error::Kind::NotFound) {
    error.message = fmt::format(
        "there is no configuration file {}; create it (an empty one will do), or name another "
        "with --config",
        path);
  } else if (error.kind == Error::Kind::Denied) {
    error.message += "; run as root, or let this user read it";
  }
  return fail(std::move(error));
}

}  // namespace aerostat
