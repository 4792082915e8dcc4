#include "model/decision.h"

namespace aerostat {

namespace {

std::string clause(const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::Stays:
    case Outcome::Kind::Ordered: return {};
    case Outcome::Kind::TooFine: return "its devices cannot be set that finely";
    case Outcome::Kind::Preparing: return "its service makes the memory ready to be taken";
  }
  return {};
}

}  // namespace

Rule Decision::rule() const {
  if (outcome.kind == Outcome::Kind::TooFine) return Rule::Guarded;
  if (outcome.kind == Outcome::Kind::Preparing) return Rule::Waiting;
  if (ruling.stops()) return ruling.wish.to > ruling.from ? Rule::Refused : Rule::Guarded;
  return ruling.wish.rule;
}

std::string reason(const Decision& decision) {
  const Ruling& ruling = decision.ruling;
  std::string text;
  const auto say = [&text](const std::string& what) {
    if (!what.empty()) text += (text.empty() ? "" : "; ") + what;
  };
  // The latest obstacle comes first.
  say(clause(decision.outcome));
  for (auto cut = ruling.cuts.rbegin(); cut != ruling.cuts.rend(); ++cut) say(clause(*cut));
  say(why(ruling.wish, ruling.from));
  return text.empty() ? "no reason was given: " + numbers_text(ruling.wish.numbers) : text;
}

}  // namespace aerostat
