#include "model/move.h"

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

}  // namespace aerostat
