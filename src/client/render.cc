#include "client/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "client/members.h"
#include "console/table.h"
#include "model/fields.h"
#include "model/settings.h"

namespace aerostat {

namespace {

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

std::string text_in(const Json& object, std::string_view id) { return text_of(member(object, id)); }
std::string size_in(const Json& object, std::string_view id) { return size_of(member(object, id)); }

// As the field table says.
template <typename Report>
std::string shown(const Json& object, const Field<Report>& field) {
  if (field.id == "status") return text_in(object, "status_text");
  return field.unit == Unit::Bytes ? size_in(object, field.id) : text_in(object, field.id);
}

std::uint64_t count_of(const Json& object, std::string_view id) {
  const Json& value = member(object, id);
  return value.is_number_integer() && value > 0 ? value.get<std::uint64_t>() : 0;
}

bool paused(const Json& host) { return member(host, "manager") == "paused"; }

Colour status_colour(const Json& vm) {
  const std::string code = text_in(vm, "status");
  if (code == "ok") return Colour::Green;
  if (code == "low" || code == "starting" || code == "paused") return Colour::Yellow;
  if (code == "static" || code == "off" || code == "-") return Colour::Dim;
  return Colour::Red;
}

// "assigned_bytes" -> "assigned", "pressure_percent" -> "pressure %", "sample_age_s" -> "sample age (s)".
template <typename Report>
std::string label_of(const Field<Report>& field) {
  std::string out(field.id);
  const auto ends_in = [&](Unit unit, std::string_view sign) {
    if (field.unit != unit) return;
    out.resize(out.size() - unit_ending(unit).size());
    out += sign;
  };
  ends_in(Unit::Bytes, "");
  ends_in(Unit::Percent, " %");
  ends_in(Unit::Seconds, " (s)");
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

std::string paused_note(const Json& host) {
  const std::string since = text_in(host, "paused_since");
  return fmt::format("The manager is paused{}: nothing is moved until `aerostat resume`.\n",
                     since == "-" ? "" : " since " + since);
}

// Problems of the manager itself.
std::string manager_note(const Json& host) {
  const std::string note = text_in(host, "note");
  return note == "-" ? "" : "Warning: " + note + "\n";
}

std::string host_line(const Json& host, bool colour) {
  const std::uint64_t vms = count_of(host, "vms");
  std::string out =
      fmt::format("{} VM{}; capacity {}: {} committed, {} kept for the host, {} free.\n", vms,
                  vms == 1 ? "" : "s", size_in(host, "capacity_bytes"), size_in(host, "committed_bytes"),
                  size_in(host, "reserve_bytes"), size_in(host, "free_bytes"));
  if (paused(host)) out += coloured(paused_note(host), Colour::Yellow, colour);
  if (count_of(host, "over_committed_bytes") > 0) {
    out += coloured(
        fmt::format("Warning: {} more are committed than may be; until others have given that, no VM is "
                    "grown.\n",
                    size_in(host, "over_committed_bytes")),
        Colour::Red, colour);
  }
  return out + coloured(manager_note(host), Colour::Red, colour);
}

// "mode dynamic, minimum 256 MiB": the owner's settings.
std::string settings_text(const Json& settings) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < kSettingIds.size(); ++i) {
    const Json& value = member(settings, kSettingIds[i]);
    if (value.is_null()) continue;
    const Field<VmReport>* const field = find_vm_field(kSettingIds[i]);  // each is one
    const bool size = field->unit == Unit::Bytes;
    parts.push_back(fmt::format("{} {}{}", kSettingNames[i], size ? size_of(value) : text_of(value),
                                field->unit == Unit::Percent ? " %" : ""));
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

// The least important first.
constexpr std::array kLeftOutFirst = {"weight",        "mode", "visible_bytes",    "minimum_bytes",
                                      "maximum_bytes", "note", "pressure_percent", "demand_bytes"};
constexpr std::size_t kLeastNote = 16;

// Leaves columns out until the rest fits, and cuts the note. The sentence about what is missing; empty:
// nothing.
std::string fit(std::vector<std::string>& ids, std::vector<Column>& heads,
                std::vector<std::vector<Cell>>& rows, std::size_t width) {
  const auto needs = [&](std::size_t i) {
    std::size_t most = width_of(heads[i].title);
    for (const auto& row : rows) most = std::max(most, width_of(row[i].text));
    return most;
  };
  const auto others = [&] {
    std::size_t sum = ids.empty() ? 0 : 2 * (ids.size() - 1);
    for (std::size_t i = 0; i < ids.size(); ++i) sum += ids[i] == "note" ? 0 : needs(i);
    return sum;
  };
  const auto place = [&](std::string_view id) {
    return static_cast<std::size_t>(std::find(ids.begin(), ids.end(), id) - ids.begin());
  };
  const auto note = [&] {
    return place("note") < ids.size() ? std::min(needs(place("note")), kLeastNote) : 0;
  };
  std::vector<std::string> missing;
  for (const char* const id : kLeftOutFirst) {
    if (others() + note() <= width) break;
    const auto at = static_cast<std::ptrdiff_t>(place(id));
    if (at == std::ssize(ids)) continue;
    missing.push_back(heads[static_cast<std::size_t>(at)].title);
    ids.erase(ids.begin() + at);
    heads.erase(heads.begin() + at);
    for (auto& row : rows) row.erase(row.begin() + at);
  }
  if (const std::size_t at = place("note"); at < ids.size()) {
    const std::size_t room = width > others() ? width - others() : 1;
    for (auto& row : rows) row[at].text = shortened(row[at].text, room);
  }
  return missing.empty()
             ? ""
             : fmt::format("Not shown for want of room: {}; --wide shows all.\n", fmt::join(missing, ", "));
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
                        bool colour, std::size_t width) {
  std::vector<Column> heads;
  std::vector<std::string> ids = columns;
  for (const std::string& id : columns) {
    const auto* field = find_vm_field(id);
    heads.push_back(
        {std::string(field != nullptr ? field->title : id), field != nullptr && field->unit != Unit::None});
  }
  std::vector<std::vector<Cell>> rows;
  for (const Json& vm : vms) {
    std::vector<Cell> row;
    for (const std::string& id : columns) {
      const auto* field = find_vm_field(id);
      std::string text = field != nullptr ? shown(vm, *field) : text_in(vm, id);
      const Colour shade = id == "status" ? status_colour(vm) : Colour::None;
      row.push_back({id == "note" && text == "-" ? "" : std::move(text), shade});
    }
    rows.push_back(std::move(row));
  }
  const std::string left_out = width > 0 && !rows.empty() ? fit(ids, heads, rows, width) : "";
  std::string table = render_table(heads, rows, colour);
  if (rows.empty())
    table = "No VM is known. A VM appears with its QMP socket; see aerostat qemu-args --help.\n";
  return table + (left_out.empty() ? "" : coloured(left_out, Colour::Dim, colour)) + host_line(host, colour);
}

std::string render_vm(const Json& vm, bool colour) {
  std::string out = fmt::format("{}: {}", text_in(vm, "name"),
                                coloured(text_in(vm, "status_text"), status_colour(vm), colour));
  if (const std::string note = text_in(vm, "note"); note != "-") out += ", " + note;
  out += '\n';
  std::vector<Line> lines;
  for (const auto& field : vm_fields()) {
    if (field.id == "name" || field.id == "status" || field.id == "note") continue;
    lines.push_back({label_of(field), shown(vm, field), std::string(field.help)});
  }
  lines.push_back({"set by owner", settings_text(member(vm, "settings")), "without defaults"});
  if (const std::string todo = text_in(member(vm, "guest"), "remedy"); todo != "-")
    lines.push_back({"to do", todo, "so that its guest takes part"});
  return out + render_lines(lines, colour);
}

std::string render_host(const Json& host, bool colour) {
  std::vector<Line> lines;
  for (const auto& field : host_fields()) {
    lines.push_back({label_of(field), shown(host, field), std::string(field.help)});
  }
  return "host\n" + render_lines(lines, colour) +
         (paused(host) ? coloured(paused_note(host), Colour::Yellow, colour) : "");
}

std::string render_decisions(const Json& decisions, bool colour) {
  if (decisions.empty()) return "No decision has been made about this VM yet.\n";
  std::string out;
  for (const Json& decision : decisions) {
    if (!out.empty()) out += '\n';
    const std::string from = size_in(decision, "from_bytes"), to = size_in(decision, "to_bytes");
    const bool moves = member(decision, "from_bytes") != member(decision, "to_bytes");
    out += fmt::format("{}  {}  {}\n", text_in(decision, "time"),
                       coloured(text_in(decision, "rule"), Colour::Green, colour),
                       moves ? fmt::format("{} -> {}", from, to) : fmt::format("stays at {}", to));
    out += fmt::format("  why      {}\n", text_in(decision, "why"));
    out += fmt::format("  numbers  assigned {}, demand {}, wanted {}, host free {}",
                       size_in(decision, "assigned_bytes"), size_in(decision, "demand_bytes"),
                       size_in(decision, "wanted_bytes"), size_in(decision, "host_free_bytes"));
    if (member(decision, "desired_bytes") != member(decision, "to_bytes")) {
      out += fmt::format(", desired {}", size_in(decision, "desired_bytes"));
    }
    out += '\n';
    if (const std::string result = text_in(decision, "result"); result != "-")
      out += fmt::format("  result   {}\n", result);
    if (const std::uint64_t times = count_of(decision, "repeated"); times > 1)
      out += fmt::format("  repeated ×{}\n", times);
  }
  return out;
}

std::string render_event(const Json& event, bool colour) {
  const std::string vm = text_in(event, "vm"), by = text_in(event, "by");
  return fmt::format("{}  {:<16}  {:<12}  {}{}\n", coloured(text_in(event, "time"), Colour::Dim, colour),
                     text_in(event, "code"), vm == "-" ? "host" : vm, text_in(event, "text"),
                     by == "-" ? "" : " (by " + by + ")");
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
      row.push_back({text_in(reaction, id), Colour::None});
    }
    rows.push_back(std::move(row));
  }
  return render_table(heads, rows, colour);
}

bool is_resized(const Json& vm) {
  constexpr std::int64_t kPiece = Bytes::mib(2).count();
  const Json &has = member(vm, "assigned_bytes"), &asked = member(vm, "target_bytes");
  if (!has.is_number_integer() || !asked.is_number_integer()) return false;
  const std::int64_t apart = has.get<std::int64_t>() - asked.get<std::int64_t>();
  return apart < kPiece && apart > -kPiece;
}

std::string render_resize(const Json& vm, bool last) {
  std::string out;
  for (const Json& warning : member(vm, "warnings")) out += fmt::format("warning: {}\n", text_of(warning));
  const std::string name = text_in(vm, "name"), has = size_in(vm, "assigned_bytes"),
                    asked = size_in(vm, "target_bytes");
  if (is_resized(vm)) return out + fmt::format("{}: has {}\n", name, has);
  if (!last) return out + fmt::format("{}: {} -> {}\n", name, has, asked);
  return out + fmt::format(
                   "{}: asked for {}, and has {} so far; it goes on as its guest gives or takes memory. "
                   "`aerostat resize {} SIZE` asks for another size\n",
                   name, asked, has, name);
}

std::string render_start(const Json& start) {
  return fmt::format("{}: {}: {}\n", text_in(start, "vm"), text_in(start, "state"), text_in(start, "why"));
}

std::string render_starts(const Json& starts) {
  if (starts.empty()) return "No VM is about to start.\n";
  const std::vector<Column> heads = {{"VM", false},    {"STATE", false}, {"MEMORY", true}, {"MISSING", true},
                                     {"WEIGHT", true}, {"UNTIL", false}, {"WHY", false}};
  std::vector<std::vector<Cell>> rows;
  for (const Json& start : starts) {
    std::vector<Cell> row;
    for (const char* id : {"vm", "state"}) row.push_back({text_in(start, id), Colour::None});
    for (const char* id : {"memory_bytes", "missing_bytes"})
      row.push_back({size_in(start, id), Colour::None});
    for (const char* id : {"weight", "until", "why"}) row.push_back({text_in(start, id), Colour::None});
    rows.push_back(std::move(row));
  }
  return render_table(heads, rows, false);
}

std::string render_paused(const Json& host) {
  return (paused(host) ? "Paused: nothing is moved until `aerostat resume`, also after a restart.\n"
                       : "Running: memory is moved again.\n") +
         manager_note(host);
}

std::string render_settings(const Json& vm, bool dry_run) {
  // For a VM that does not run: its settings wait for it.
  const std::string note = text_in(vm, "status") == "off" ? text_in(vm, "note") : "";
  std::string warnings;
  for (const Json& warning : member(vm, "warnings"))
    warnings += fmt::format("warning: {}\n", text_of(warning));
  const std::string buffer = text_in(vm, "buffer_percent");
  const bool moves = dry_run && text_in(vm, "mode") == "dynamic" && text_in(vm, "target_bytes") != "-" &&
                     member(vm, "target_bytes") != member(vm, "assigned_bytes");
  if (moves) {
    warnings +=
        fmt::format("at once it would be asked to have {}; it has {}, and would want {}\n",
                    size_in(vm, "target_bytes"), size_in(vm, "assigned_bytes"), size_in(vm, "wanted_bytes"));
  }
  return fmt::format("{}: mode {}, startup {}, minimum {}, maximum {}, buffer {}, weight {}{}\n",
                     text_in(vm, "name"), text_in(vm, "mode"), size_in(vm, "startup_bytes"),
                     size_in(vm, "minimum_bytes"), size_in(vm, "maximum_bytes"),
                     buffer == "-" ? "learned" : buffer + " %", text_in(vm, "weight"),
                     dry_run ? " (dry run: it would be allowed, and nothing was changed)" : "") +
         (!warnings.empty() ? warnings
          : note.empty()    ? ""
                            : fmt::format("note: {}\n", note));
}

}  // namespace aerostat
