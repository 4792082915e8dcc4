#include "model/wish.h"

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
  if (n.kernel_short) text += ", memory for the guest's kernel is short";
  return text + ", wanted " + parts_text(n.wanted);
}

namespace {

std::string refusal(const Wish& wish, Bytes from, std::string_view rule) {
  return fmt::format("{}{} refused: the host has no more to give, {} ({})", wish.to > from ? "a part; " : "",
                     format_bytes(wish.about), rule, numbers_text(wish.numbers));
}

}  // namespace

std::string why(const Wish& wish, Bytes from) {
  const auto amount = [&] { return format_bytes(wish.about); };
  const auto numbers = [&] { return numbers_text(wish.numbers); };
  switch (wish.because) {
    case Because::Unsaid: return {};
    case Because::Enough: return "enough: " + numbers();
    case Because::AtMaximum: return "at its maximum: " + numbers();
    case Because::MostIsThere: return "most of its buffer is there: " + numbers();
    case Because::NotTakenIn: return "takes in nothing now, and gets a new offer later: " + numbers();
    case Because::JustMoved: return "some lies idle, and it was moved a moment ago: " + numbers();
    case Because::NotNeeded:
      return fmt::format(
          "{} was idle for long enough to be worth a change and goes back to the pool{} ({})", amount(),
          wish.to > wish.desired ? ", in parts, as long as none of it is missed" : "", numbers());
    case Because::OthersShort:
      return fmt::format("others are short by {}, this one has spare ({})", amount(), numbers());
    case Because::OthersShortUnbelieved:
      return fmt::format(
          "others are short by {}; nobody that can be believed says what this one needs, so it keeps its "
          "fair share and what the host sees it use ({} assigned)",
          amount(), format_bytes(wish.numbers.assigned));
    case Because::OthersShortStalled:
      return fmt::format("others are short by {}, but it does not give the requested memory", amount());
    case Because::OthersShortDistressed:
      return fmt::format("others are short by {}, but it shows distress itself ({})", amount(), numbers());
    case Because::OthersShortJustMoved:
      return fmt::format("others are short by {}; it was moved a moment ago", amount());
    case Because::ShowsNoSpare:
      return fmt::format("{} seem idle, but the guest shows no more available than it should keep ({})",
                         amount(), numbers());
    case Because::NearlyEmpty:
      return "the guest has nearly nothing available, whatever its estimated need: " + numbers();
    case Because::Needs: return numbers();
    case Because::BeingFreed: return fmt::format("{} more is being freed for it ({})", amount(), numbers());
    case Because::BuffersShared: return refusal(wish, from, "buffers are shared");
    case Because::WeightDecides: return refusal(wish, from, "weight decides");
  }
  return {};
}

}  // namespace aerostat
