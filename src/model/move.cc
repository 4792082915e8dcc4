#include "model/move.h"

#include <fmt/format.h>

namespace aerostat {

std::string_view rule_name(Rule rule) {
  switch (rule) {
    case Rule::Hold: return "hold";
    case Rule::Grow: return "grow";
    case Rule::GiveBack: return "give-back";
    case Rule::Startup: return "startup";
    case Rule::ReturnIdle: return "return-idle";
    case Rule::Yield: return "yield";
    case Rule::ShareBuffers: return "share-buffers";
    case Rule::CutByWeight: return "cut-by-weight";
    case Rule::Refused: return "refused";
    case Rule::Waiting: return "waiting";
    case Rule::Guarded: return "guarded";
  }
  return "?";
}

std::string numbers_text(const Numbers& n) {
  if (!n.demand) return fmt::format("{} assigned, demand not known yet", format_bytes(n.assigned));
  std::string text =
      fmt::format("demand {} of {} assigned", format_bytes(*n.demand), format_bytes(n.assigned));
  if (n.headroom > Bytes{}) text += fmt::format(", {} headroom for its bursts", format_bytes(n.headroom));
  if (n.kernel_short) text += ", memory for the guest's kernel is short";
  return text + fmt::format(", wanted {}", format_bytes(n.wanted));
}

std::string reason(const Move& move) {
  const auto because = [&](std::string_view what) {
    const std::string first = move.why.empty() ? "" : move.why + "; ";
    return fmt::format("{}{}: {}", first, what, numbers_text(move.numbers));
  };
  switch (move.staying) {
    case Staying::No: return move.why.empty() ? because("no reason was given") : move.why;
    case Staying::Enough: return because("enough");
    case Staying::AtMaximum: return because("at its maximum");
    case Staying::MostIsThere: return because("most of its buffer is there");
    case Staying::JustMoved: return because("some lies idle, and it was moved a moment ago");
  }
  return move.why;
}

}  // namespace aerostat
