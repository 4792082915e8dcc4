// Finding: what one check of the doctor found out about the host or a VM, with its evidence and what to do.
// A number that could not be read is told as unknown; it is never a reason to say that all is well.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aerostat {

enum class Severity {
  Ok,
  Note,     // worth knowing; nothing has to be done
  Warning,  // memory moves less or later than it could, or it is not known whether it does
  Problem,  // something does not work
};

constexpr std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::Ok: return "ok";
    case Severity::Note: return "note";
    case Severity::Warning: return "warning";
    case Severity::Problem: return "problem";
  }
  return "?";
}

struct Finding {
  std::string check;  // "host-swap": stable, for programs
  Severity severity = Severity::Ok;
  std::string vm;        // empty: the host
  std::string text;      // one sentence
  std::string evidence;  // the numbers or words that it follows from; may be empty
  std::string remedy;    // what to do; empty: nothing
};
using Findings = std::vector<Finding>;

}  // namespace aerostat
