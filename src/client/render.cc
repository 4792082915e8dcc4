#include "client/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "console/table.h"
#include "model/fields.h"

namespace aerostat {

namespace {

// A member, or null: for arbitrary JSON.
const Json& member(const Json& object, std::string_view key) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(std::string(key));
  return found == object.end() ? kNull : *found;
}

std::string text_of(const Json& value) {
  if (value.is_string()) {
    const std::string text = clean(value.get_ref<const std::string&>());
    return text.empty() ? "-" : text;
  }
  if (value.is_number_unsigned()) return fmt::format("{}", value.get<std::uint64_t>());
  if (value.is_number_integer()) return fmt::format("{}", value.get<std::int64_t>());
  if (value.is_number_float()) return fmt::format("{:.1f}", value.get<double>());
  return "-";
}

std::string size_of(const Json& value) {
  return value.is_number_integer() ? format_bytes(Bytes::of(value.get<std::int64_t>())) : "-";
}

// By the name in the field table: values that end in _bytes are memory.
std::string field_of(const Json& object, std::string_view id) {
  const Json& value = member(object, id);
  return id.ends_with("_bytes") ? size_of(value) : text_of(value);
}

std::uint64_t count_of(const Json& object, std::string_view id) {
  const Json& value = member(object, id);
  return value.is_number_integer() && value > 0 ? value.get<std::uint64_t>() : 0;
}

bool paused(const Json& host) { return member(host, "manager") == "paused"; }

Colour status_colour(const std::string& status) {
  if (status == "OK") return Colour::Green;
  if (status == "Low" || status == "Starting" || status == "Paused") return Colour::Yellow;
  if (status == "Static" || status == "Off" || status == "-") return Colour::Dim;
  return Colour::Red;
}

constexpr std::string_view kTextFields[] = {"name", "mode", "status", "integration", "os", "devices", "note"};

bool is_text(std::string_view id) {
  return std::find(std::begin(kTextFields), std::end(kTextFields), id) != std::end(kTextFields);
}

// "assigned_bytes" -> "assigned", "pressure_percent" -> "pressure %", "sample_age_s" -> "sample age (s)".
std::string label_of(std::string_view id) {
  std::string out(id);
  std::string tail;
  if (out.ends_with("_bytes")) out.resize(out.size() - 6);
  if (out.ends_with("_percent")) out.resize(out.size() - 8), tail = " %";
  if (out.ends_with("_s")) out.resize(out.size() - 2), tail = " (s)";
  std::replace(out.begin(), out.end(), '_', ' ');
  return out + tail;
}

std::string paused_note(const Json& host) {
  const std::string since = field_of(host, "paused_since");
  return fmt::format("The manager is paused{}: nothing is moved until `aerostat resume`.\n",
                     since == "-" ? "" : " since " + since);
}

// Problems of the manager itself.
std::string manager_note(const Json& host) {
  const std::string note = field_of(host, "note");
  return note == "-" ? "" : "Warning: " + note + "\n";
}

std::string host_line(const Json& host, bool colour) {
  const std::uint64_t vms = count_of(host, "vms");
  std::string out =
      fmt::format("{} VM{}; capacity {}: {} committed, {} kept for the host, {} free.\n", vms,
                  vms == 1 ? "" : "s", field_of(host, "capacity_bytes"), field_of(host, "committed_bytes"),
                  field_of(host, "reserve_bytes"), field_of(host, "free_bytes"));
  if (paused(host)) out += coloured(paused_note(host), Colour::Yellow, colour);
  if (count_of(host, "over_committed_bytes") > 0) {
    out += coloured(
        fmt::format("Warning: {} more are committed than may be; until others have given that, no VM is "
                    "grown.\n",
                    field_of(host, "over_committed_bytes")),
        Colour::Red, colour);
  }
  return out + coloured(manager_note(host), Colour::Red, colour);
}

// "mode dynamic, minimum 256 MiB": the owner's settings.
std::string settings_text(const Json& settings) {
  std::vector<std::string> parts;
  for (const char* key : {"mode", "startup", "minimum", "maximum", "buffer", "weight"}) {
    const Json& value = member(settings, key);
    if (value.is_null()) continue;
    const std::string_view name = key;
    const bool size = name == "startup" || name == "minimum" || name == "maximum";
    parts.push_back(
        fmt::format("{} {}{}", name, size ? size_of(value) : text_of(value), name == "buffer" ? " %" : ""));
  }
  return parts.empty() ? "-" : fmt::format("{}", fmt::join(parts, ", "));
}

// Rows of name, value and meaning.
struct Line {
  std::string label, value, help;
};

std::string render_lines(const std::vector<Line>& lines, bool colour) {
  std::size_t label = 0, value = 0;
  for (const Line& line : lines) {
    label = std::max(label, width_of(line.label));
    if (width_of(line.value) <= 24)
      value = std::max(value, width_of(line.value));  // a sentence does not widen the column
  }
  std::string out;
  for (const Line& line : lines) {
    out += fmt::format("  {}{}  {}", line.label, std::string(label - width_of(line.label), ' '), line.value);
    if (!line.help.empty() && width_of(line.value) <= value) {
      out += std::string(value - width_of(line.value), ' ') + "  " + coloured(line.help, Colour::Dim, colour);
    }
    out += '\n';
  }
  return out;
}

}  // namespace

std::vector<std::string> default_columns() {
  return {"name",
          "mode",
          "status",
          "assigned_bytes",
          "visible_bytes",
          "demand_bytes",
          "pressure_percent",
          "minimum_bytes",
          "maximum_bytes",
          "weight",
          "note"};
}

Result<std::vector<std::string>> parse_columns(const std::string& text) {
  std::vector<std::string> out, all;
  for (const auto& field : vm_fields()) all.emplace_back(field.id);
  if (text == "all") return all;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    begin = end + 1;
    std::string id;
    for (const char* ending : {"", "_bytes", "_percent"}) {
      if (id.empty() && find_vm_field(word + ending) != nullptr) id = word + ending;
    }
    if (id.empty()) {
      return fail(Error::Kind::Invalid,
                  fmt::format("there is no column '{}'{}; the columns are {}", clean(word),
                              did_you_mean(word, all), fmt::join(all, ", ")));
    }
    out.push_back(id);
  }
  return out;
}

std::string render_list(const Json& host, const Json& vms, const std::vector<std::string>& columns,
                        bool colour) {
  std::vector<Column> heads;
  for (const std::string& id : columns) {
    const auto* field = find_vm_field(id);
    heads.push_back({std::string(field != nullptr ? field->title : id), !is_text(id)});
  }
  std::vector<std::vector<Cell>> rows;
  for (const Json& vm : vms) {
    std::vector<Cell> row;
    for (const std::string& id : columns) {
      std::string text = field_of(vm, id);
      const Colour shade = id == "status" ? status_colour(text) : Colour::None;
      row.push_back({id == "note" && text == "-" ? "" : std::move(text), shade});
    }
    rows.push_back(std::move(row));
  }
  std::string table = render_table(heads, rows, colour);
  if (rows.empty())
    table = "No VM is known. A VM appears with its QMP socket; see aerostat qemu-args --help.\n";
  return table + host_line(host, colour);
}

std::string render_vm(const Json& vm, bool colour) {
  const std::string status = field_of(vm, "status");
  std::string out =
      fmt::format("{}: {}", field_of(vm, "name"), coloured(status, status_colour(status), colour));
  if (const std::string note = field_of(vm, "note"); note != "-") out += ", " + note;
  out += '\n';
  std::vector<Line> lines;
  for (const auto& field : vm_fields()) {
    if (field.id == "name" || field.id == "status" || field.id == "note") continue;
    lines.push_back({label_of(field.id), field_of(vm, field.id), std::string(field.help)});
  }
  lines.push_back({"set by owner", settings_text(member(vm, "settings")), "without defaults"});
  return out + render_lines(lines, colour);
}

std::string render_host(const Json& host, bool colour) {
  std::vector<Line> lines;
  for (const auto& field : host_fields()) {
    lines.push_back({label_of(field.id), field_of(host, field.id), std::string(field.help)});
  }
  return "host\n" + render_lines(lines, colour) +
         (paused(host) ? coloured(paused_note(host), Colour::Yellow, colour) : "");
}

std::string render_decisions(const Json& decisions, bool colour) {
  if (decisions.empty()) return "No decision has been made about this VM yet.\n";
  std::string out;
  for (const Json& decision : decisions) {
    if (!out.empty()) out += '\n';
    const std::string from = field_of(decision, "from_bytes"), to = field_of(decision, "to_bytes");
    const bool moves = member(decision, "from_bytes") != member(decision, "to_bytes");
    out += fmt::format("{}  {}  {}\n", field_of(decision, "time"),
                       coloured(field_of(decision, "rule"), Colour::Green, colour),
                       moves ? fmt::format("{} -> {}", from, to) : fmt::format("stays at {}", to));
    out += fmt::format("  why      {}\n", field_of(decision, "why"));
    out += fmt::format("  numbers  assigned {}, demand {}, wanted {}, host free {}",
                       field_of(decision, "assigned_bytes"), field_of(decision, "demand_bytes"),
                       field_of(decision, "wanted_bytes"), field_of(decision, "host_free_bytes"));
    if (member(decision, "desired_bytes") != member(decision, "to_bytes")) {
      out += fmt::format(", desired {}", field_of(decision, "desired_bytes"));
    }
    out += '\n';
    if (const std::string result = field_of(decision, "result"); result != "-")
      out += fmt::format("  result   {}\n", result);
    if (const std::uint64_t times = count_of(decision, "repeated"); times > 1)
      out += fmt::format("  repeated ×{}\n", times);
  }
  return out;
}

std::string render_event(const Json& event, bool colour) {
  const std::string vm = field_of(event, "vm");
  return fmt::format("{}  {:<16}  {:<12}  {}\n", coloured(field_of(event, "time"), Colour::Dim, colour),
                     field_of(event, "kind"), vm == "-" ? "host" : vm, field_of(event, "text"));
}

std::string render_reactions(const Json& reactions, bool colour) {
  if (reactions.empty()) return "No growth has been timed yet.\n";
  const std::vector<Column> heads = {{"TIME", false},     {"VM", false},        {"DETECT ms", true},
                                     {"DECIDE ms", true}, {"ACTUATE ms", true}, {"ONLINE ms", true},
                                     {"TOTAL ms", true}};
  std::vector<std::vector<Cell>> rows;
  for (const Json& reaction : reactions) {
    std::vector<Cell> row;
    for (const char* id : {"time", "vm", "detect_ms", "decide_ms", "actuate_ms", "online_ms", "total_ms"}) {
      row.push_back({field_of(reaction, id), Colour::None});
    }
    rows.push_back(std::move(row));
  }
  return render_table(heads, rows, colour);
}

std::string render_paused(const Json& host) {
  return (paused(host) ? "Paused: nothing is moved until `aerostat resume`, also after a restart.\n"
                       : "Running: memory is moved again.\n") +
         manager_note(host);
}

std::string render_settings(const Json& vm, bool dry_run) {
  // For a VM that does not run: its settings wait for it.
  const std::string note = field_of(vm, "status") == "Off" ? field_of(vm, "note") : "";
  std::string warnings;
  for (const Json& warning : member(vm, "warnings"))
    warnings += fmt::format("warning: {}\n", text_of(warning));
  const std::string buffer = field_of(vm, "buffer_percent");
  return fmt::format("{}: mode {}, startup {}, minimum {}, maximum {}, buffer {}, weight {}{}\n",
                     field_of(vm, "name"), field_of(vm, "mode"), field_of(vm, "startup_bytes"),
                     field_of(vm, "minimum_bytes"), field_of(vm, "maximum_bytes"),
                     buffer == "-" ? "learned" : buffer + " %", field_of(vm, "weight"),
                     dry_run ? " (dry run: it would be allowed, and nothing was changed)" : "") +
         (!warnings.empty() ? warnings
          : note.empty()    ? ""
                            : fmt::format("note: {}\n", note));
}

}  // namespace aerostat
