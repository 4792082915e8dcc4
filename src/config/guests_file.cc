#include "config/guests_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "config/table_reader.h"

namespace aerostat {

namespace {

using Texts = std::map<std::string, std::string>;

// Reads [install], [defects] or [sources]: texts that rows name.
Texts read_texts(TableReader& top, std::string_view name, Problems& problems) {
  Texts out;
  const Entry* const entry = top.table(name);
  if (entry == nullptr) return out;
  for (const Entry& text : std::get<Table>(entry->value.data)) {
    if (const auto* value = std::get_if<std::string>(&text.value.data))
      out[text.key] = *value;
    else
      problems.add(text.value.at,
                   fmt::format("{}.{} is {}, and a text is needed", name, text.key, type_name(text.value)));
  }
  return out;
}

// Versions that cannot be read are never compared.
std::string checked_version(std::string_view key, const Placed<std::string>& read, Problems& problems) {
  if (version_numbers(read.value).empty())
    problems.add(read.at,
                 fmt::format("{} '{}' is no version; write \"5.8\"", key, printable(read.value, 40)));
  return read.value;
}

class RowReader {
 public:
  RowReader(const Table& table, Problems& problems)
      : in_(table, "[[guest]]", problems), problems_(problems) {}

  std::string text(std::string_view key) {
    const auto read = in_.text(key, fmt::format("{} = \"…\"", key));
    return read ? read->value : std::string();
  }
  std::vector<std::string> texts(std::string_view key) {
    std::vector<std::string> out;
    const auto read = in_.list(key, fmt::format("{} = [\"…\"]", key));
    if (!read) return out;
    for (const Value& one : read->value) {
      if (const auto* word = std::get_if<std::string>(&one.data))
        out.push_back(*word);
      else
        problems_.add(one.at,
                      fmt::format("{} has {} in its list, and texts are needed", key, type_name(one)));
    }
    return out;
  }
  std::string named(std::string_view key, const Texts& texts) {
    const auto read = in_.text(key, fmt::format("{} = \"NAME\"", key));
    return read ? look_up(key, read->value, read->at, texts) : std::string();
  }
  std::vector<std::string> all_named(std::string_view key, const Texts& texts) {
    std::vector<std::string> out;
    const auto read = in_.list(key, fmt::format("{} = [\"NAME\"]", key));
    if (!read) return out;
    for (const Value& one : read->value) {
      const auto* name = std::get_if<std::string>(&one.data);
      out.push_back(look_up(key, name ? *name : std::string(type_name(one)), one.at, texts));
    }
    return out;
  }
  Can can(std::string_view key) {
    const auto read = in_.text(key, fmt::format("{} = \"yes\", \"no\" or \"unknown\"", key));
    if (!read || read->value == "unknown") return Can::Unknown;
    if (read->value == "yes") return Can::Yes;
    if (read->value != "no")
      problems_.add(read->at,
                    fmt::format("{} '{}' is none of yes, no, unknown", key, printable(read->value, 40)));
    return Can::No;
  }
  std::string version_text(std::string_view key) {
    const auto read = in_.text(key, fmt::format("{} = \"5.8\"", key));
    return read ? checked_version(key, *read, problems_) : std::string();
  }
  std::vector<int> version(std::string_view key) {
    const auto read = in_.text(key, fmt::format("{} = \"5.8\"", key));
    if (!read) return {};
    return version_numbers(checked_version(key, *read, problems_));
  }
  std::optional<Bytes> size(std::string_view key) {
    const auto read = in_.size(key);
    if (!read) return std::nullopt;
    return read->value;
  }
  std::optional<int> whole(std::string_view key) {
    const auto read = in_.whole(key, fmt::format("{} = 1", key));
    if (!read) return std::nullopt;
    return read->value;
  }
  bool flag(std::string_view key) {
    const auto read = in_.flag(key, fmt::format("{} = true", key));
    return read && read->value;
  }
  // False, or a text.
  std::string run_on_real(const Table& table) {
    for (const Entry& entry : table) {
      if (entry.key == "run_on_real" && std::holds_alternative<bool>(entry.value.data)) {
        if (flag("run_on_real"))
          problems_.add(entry.value.at, "run_on_real is true; write what was run, in quotes");
        return {};
      }
    }
    return text("run_on_real");
  }
  void finish() { in_.finish(); }

 private:
  std::string look_up(std::string_view key, const std::string& name, Place at, const Texts& texts) {
    const auto found = texts.find(name);
    if (found != texts.end()) return found->second;
    problems_.add(at, fmt::format("there is no {} '{}'; the tables at the top have the texts", key,
                                  printable(name, 40)));
    return {};
  }

  TableReader in_;
  Problems& problems_;
};

// Each row says these, so that none is a matter of chance.
constexpr std::string_view kNeeded[] = {"id",         "title",   "balloon", "dimm",    "virtio_mem",
                                        "hv_balloon", "install", "defects", "sources", "run_on_real"};

// What no single member shows.
std::vector<std::string> mistakes_of(const GuestRow& row, const Table& table) {
  std::vector<std::string> out;
  for (const std::string_view key : kNeeded) {
    if (std::ranges::none_of(table, [&](const Entry& entry) { return entry.key == key; }))
      out.push_back(fmt::format("needs {}", key));
  }
  if (row.service_pack && *row.service_pack < 1) out.push_back("needs a service_pack of 1 or more, or none");
  if (!row.kernel_before.empty() && row.kernel_before <= row.kernel_from)
    out.push_back("needs a kernel_before above its kernel_from");
  if (row.maximum && row.least_startup && *row.maximum < *row.least_startup)
    out.push_back("needs a maximum of at least its least_startup");
  return out;
}

bool fits_any(const GuestRow& row) {
  return row.os.empty() && row.names.empty() && row.versions.empty() && row.editions.empty() &&
         row.archs.empty() && row.release_has.empty() && row.kernel_from.empty() && row.kernel_before.empty();
}

struct Shared {
  std::string least_service;
  Texts install, defects, sources;
};

GuestRow read_row(const Table& table, const Shared& shared, Problems& problems) {
  RowReader in(table, problems);
  GuestRow row;
  row.id = in.text("id");
  row.title = in.text("title");
  row.os = in.text("os");
  row.names = in.texts("names");
  row.versions = in.texts("versions");
  row.editions = in.texts("editions");
  row.archs = in.texts("arch");
  row.release_has = in.text("release_has");
  row.kernel_from = in.version("kernel_from");
  row.kernel_before = in.version("kernel_before");
  row.service_pack = in.whole("service_pack");
  row.general = in.flag("general");
  row.unsupported = in.text("unsupported");
  row.can = {in.can("balloon"), in.can("dimm"), in.can("virtio_mem"), in.can("hv_balloon")};
  row.least_service = in.version_text("least_service");
  if (row.least_service.empty()) row.least_service = shared.least_service;
  row.least_startup = in.size("least_startup");
  row.alignment = in.size("alignment");
  row.maximum = in.size("maximum");
  row.install = in.named("install", shared.install);
  row.defects = in.all_named("defects", shared.defects);
  row.sources = in.all_named("sources", shared.sources);
  row.run_on_real = in.run_on_real(table);
  in.finish();
  return row;
}

}  // namespace

Result<GuestTable> read_guests(std::string_view text, const std::string& file) {
  const Result<Table> document = parse_document(text, file);
  if (!document) return fail(document.error());
  Problems problems(file);
  TableReader top(*document, "the top level", problems);
  Shared shared;
  if (const auto version = top.text("least_service", "least_service = \"0.1.0\""))
    shared.least_service = checked_version("least_service", *version, problems);
  else
    problems.add({1, 1}, "there is no least_service; write least_service = \"0.1.0\" at the top");
  shared.install = read_texts(top, "install", problems);
  shared.defects = read_texts(top, "defects", problems);
  shared.sources = read_texts(top, "sources", problems);
  std::vector<GuestRow> rows;
  std::set<std::string> ids;
  if (const auto guests = top.list("guest", "[[guest]] on a line of its own")) {
    for (const Value& one : guests->value) {
      const auto* table = std::get_if<Table>(&one.data);
      if (table == nullptr) {
        problems.add(one.at, fmt::format("a guest is {}, and a table is needed", type_name(one)));
        continue;
      }
      if (!rows.empty() && fits_any(rows.back()))
        problems.add(one.at, fmt::format("no guest ever gets this row: '{}' before it fits any guest",
                                         printable(rows.back().id, 40)));
      rows.push_back(read_row(*table, shared, problems));
      const std::string id = printable(rows.back().id, 40);
      for (const std::string& mistake : mistakes_of(rows.back(), *table))
        problems.add(one.at, fmt::format("the guest '{}' {}", id, mistake));
      if (!ids.insert(rows.back().id).second)
        problems.add(one.at, fmt::format("there is another guest with the id '{}'; each needs its own", id));
    }
  }
  // Without it an unknown guest would be allowed everything.
  if (rows.empty() || !fits_any(rows.back()) || !rows.back().general)
    problems.add(
        {1, 1}, "the last [[guest]] must be for any guest: general = true, and nothing that a guest must be");
  top.finish();
  if (!problems.empty()) return fail(Error::Kind::Invalid, problems.text());
  return GuestTable(std::move(rows));
}

Result<GuestTable> compiled_in_guests() { return read_guests(guests_text(), "guests.toml"); }

}  // namespace aerostat
