#include "config/document.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

// Used as headers, it has assertions that a mistake in a file can reach; the parser reports the mistake
// without them.
#define TOML_ASSERT(expression) static_cast<void>(0)
#include <toml++/toml.h>
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace aerostat {

namespace {

// No real configuration is this large. A wrong path (such as a disk image) is refused early.
constexpr std::size_t kMostFileBytes = std::size_t{1} << 20;

Place place_of(const toml::source_region& region) {
  return {static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

Table table_of(const toml::table& table);

// toml++ bounds the nesting of a file (256), and so the depth of this recursion.
Value value_of(const toml::node& node) {
  Value out{place_of(node.source()), OtherValue{}};
  if (const auto* flag = node.as_boolean())
    out.data = flag->get();
  else if (const auto* whole = node.as_integer())
    out.data = whole->get();
  else if (const auto* real = node.as_floating_point())
    out.data = real->get();
  else if (const auto* text = node.as_string())
    out.data = text->get();
  else if (const auto* table = node.as_table())
    out.data = table_of(*table);
  else if (const auto* array = node.as_array()) {
    Array items;
    for (const toml::node& item : *array) items.push_back(value_of(item));
    out.data = std::move(items);
  }
  return out;
}

Table table_of(const toml::table& table) {
  Table out;
  for (const auto& [key, node] : table) {
    out.push_back({std::string(key.str()), place_of(key.source()), value_of(node)});
  }
  return out;
}

Error unreadable(const std::string& path, int code) {
  const Error::Kind kind = code == ENOENT || code == ENOTDIR ? Error::Kind::NotFound
                           : code == EACCES || code == EPERM ? Error::Kind::Denied
                                                             : Error::Kind::Unavailable;
  return {kind, fmt::format("{} cannot be read: {}", path, std::strerror(code))};
}

// Closes at the end of its scope.
struct OpenFile {
  int fd;
  ~OpenFile() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

std::string_view type_name(const Value& value) {
  struct Name {
    std::string_view operator()(const OtherValue&) const { return "a date or time"; }
    std::string_view operator()(bool) const { return "true or false"; }
    std::string_view operator()(std::int64_t) const { return "a whole number"; }
    std::string_view operator()(double) const { return "a number with a fraction"; }
    std::string_view operator()(const std::string&) const { return "a text"; }
    std::string_view operator()(const Array&) const { return "a list"; }
    std::string_view operator()(const Table&) const { return "a table"; }
  };
  return std::visit(Name{}, value.data);
}

std::string Problems::text() const {
  std::vector<Problem> sorted = found_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) { return a.at < b.at; });
  std::string out;
  for (const Problem& problem : sorted) {
    if (!out.empty()) out += '\n';
    out += fmt::format("{}:{}:{}: {}", file_, problem.at.line, problem.at.column, problem.message);
  }
  return out;
}

Result<std::string> read_text_file(const std::string& path) {
  // O_NONBLOCK: a pipe in place of the file must not hang the daemon. It is refused below.
  const OpenFile file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0) return fail(unreadable(path, errno));
  struct stat about{};
  if (::fstat(file.fd, &about) != 0) return fail(unreadable(path, errno));
  if (!S_ISREG(about.st_mode))
    return fail(Error::Kind::Invalid, path + " is not a regular file; name a file");
  std::string text;
  char part[8192];
  while (true) {
    const ssize_t got = ::read(file.fd, part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(unreadable(path, errno));
    if (got == 0) return text;
    text.append(part, static_cast<std::size_t>(got));
    if (text.size() > kMostFileBytes) {
      return fail(Error::Kind::Invalid, path + " is larger than 1 MiB; is this the right file?");
    }
  }
}

Result<Table> parse_document(std::string_view text, const std::string& file) {
  // Debian's toml++ reports errors by exceptions. They end here.
  try {
    return table_of(toml::parse(text));
  } catch (const toml::parse_error& error) {
    const Place at = place_of(error.source());
    return fail(Error::Kind::Invalid, fmt::format("{}:{}:{}: this is not TOML: {}; correct this line", file,
                                                  at.line, at.column, printable(error.description())));
  } catch (const std::exception& error) {
    return fail(Error::Kind::Internal,
                fmt::format("{}: cannot be parsed: {}", file, printable(error.what())));
  }
}

}  // namespace aerostat
