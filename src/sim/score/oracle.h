// Oracle: the clairvoyant that sees all need beforehand and is bounded by nothing but blocks. It holds the
// need rounded up to blocks and bridges dips shorter than the price of a move (a sliding maximum, then a
// sliding minimum of it). Streams: it remembers a window, not the trace.
#pragma once

#include <deque>
#include <functional>

#include "sim/trace/need_curve.h"

namespace aerostat::sim {

// What a move costs, until measured for our own guests: holding what is plugged for 4 s, and a quarter of a
// GiB for a second per change (measures.md §1).
struct Prices {
  double plug_s = 4;
  double change_gib_s = 0.25;
};

struct OracleScore {
  double need = 0;       // MiB s
  double waste = 0;      // MiB s above need
  double plugged = 0;    // MiB
  double changes = 0;
  double peak = 0;       // MiB
};

// Level of the oracle in steps of kOracleStep seconds, told to `level(time, need, held)` where given.
inline constexpr double kOracleStep = 0.05;
using LevelSink = std::function<void(double at, double need, double held)>;

OracleScore oracle(NeedCurve curve, double block_mib, const Prices& prices, double score_from_s,
                   const LevelSink& level = {});

}  // namespace aerostat::sim
