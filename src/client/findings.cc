#include "client/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "client/members.h"
#include "console/table.h"

namespace aerostat {

namespace {

// What is no known word is no good sign either.
Severity severity_of(const Json& finding) {
  const std::string word = text_at(finding, "severity");
  for (const Severity each : {Severity::Ok, Severity::Note, Severity::Warning, Severity::Problem}) {
    if (word == severity_name(each)) return each;
  }
  return Severity::Warning;
}

Colour colour_of(Severity severity) {
  switch (severity) {
    case Severity::Ok: return Colour::Green;
    case Severity::Note: return Colour::Dim;
    case Severity::Warning: return Colour::Yellow;
    case Severity::Problem: return Colour::Red;
  }
  return Colour::None;
}

std::string lines_of(const Json& finding, bool colour) {
  const Severity severity = severity_of(finding);
  std::string out =
      fmt::format("  {}{}  {}: {}\n", coloured(severity_name(severity), colour_of(severity), colour),
                  std::string(8 - std::min<std::size_t>(8, severity_name(severity).size()), ' '),
                  text_at(finding, "check"), text_at(finding, "text"));
  const std::string evidence = text_at(finding, "evidence"), remedy = text_at(finding, "remedy");
  if (!evidence.empty()) out += fmt::format("            seen: {}\n", evidence);
  if (!remedy.empty() && severity != Severity::Ok) out += fmt::format("            do:   {}\n", remedy);
  return out;
}

}  // namespace

std::string render_findings(const Json& findings, bool all, bool colour) {
  std::vector<std::string> order;  // as the daemon sends them
  std::map<std::string, std::string> parts;
  std::map<Severity, int> counts;
  for (const Json& finding : findings) {
    ++counts[severity_of(finding)];
    if (severity_of(finding) == Severity::Ok && !all) continue;
    const std::string vm = text_at(finding, "vm");
    const std::string title = vm.empty() ? "host" : "VM " + vm;
    if (parts.find(title) == parts.end()) order.push_back(title);
    parts[title] += lines_of(finding, colour);
  }
  std::string out;
  for (const std::string& title : order) out += title + "\n" + parts[title];
  const auto counted = [&](Severity severity, const char* one) {
    return fmt::format("{} {}{}", counts[severity], one, counts[severity] == 1 ? "" : "s");
  };
  return out + fmt::format("{}, {}, {}, {} fine{}\n", counted(Severity::Problem, "problem"),
                           counted(Severity::Warning, "warning"), counted(Severity::Note, "note"),
                           counts[Severity::Ok],
                           !all && counts[Severity::Ok] > 0 ? " (--all shows them)" : "");
}

std::string render_guest(const Json& findings) {
  std::string out;
  for (const Json& finding : findings) {
    if (text_at(finding, "check") == "guest") out += fmt::format("Guest: {}.\n", text_at(finding, "text"));
  }
  return out.empty() ? out : out + "\n";
}

Severity gravest(const Json& findings) {
  Severity out = Severity::Ok;
  for (const Json& finding : findings) out = std::max(out, severity_of(finding));
  return out;
}

Json not_reached_json(const Error& why) {
  std::string text = "aerostatd is not reached, so no VM's memory moves by it";
  std::string evidence = clean(why.message);
  std::string remedy = "systemctl status aerostatd tells why; journalctl -u aerostatd has its log";
  if (why.kind == Error::Kind::Denied) {
    text = "you may not ask aerostatd, so nothing was checked";
    if (const std::size_t end = evidence.find("; "); end != std::string::npos) {
      remedy = evidence.substr(end + 2);
      evidence.resize(end);
    }
  }
  return {{"items", Json::array({{{"check", "daemon"},
                                  {"severity", severity_name(Severity::Problem)},
                                  {"vm", nullptr},
                                  {"text", text},
                                  {"evidence", evidence},
                                  {"remedy", remedy}}})},
          {"next", nullptr}};
}

}  // namespace aerostat
