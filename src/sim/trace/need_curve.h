// NeedCurve: one VM's need at each moment of its own time, from rows that may be far apart. Between rows the
// need follows a texture: `linear`, straight lines; `rough`, a fractional Brownian bridge whose roughness
// comes from the changes of the rows around it. The same seed gives the same curve. A trace with constant
// rows has no roughness.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/trace/random.h"
#include "sim/trace/trace.h"

namespace aerostat::sim {

enum class Texture { Auto, Rough, Linear };
std::string_view texture_name(Texture texture);

// Rows this close together need no texture: they are the curve.
inline constexpr double kFineRows = 0.1;
// The longest straight piece of a rough curve.
inline constexpr double kFinePiece = 0.05;
// The measured roughness of real need: it changes 3 % over 0.2 s where it changes 7.5 % over 1.7 s.
inline constexpr double kHurst = 0.4;

// A straight piece of the curve: need and the page cache in it from t0 to t1, in MiB.
struct Piece {
  double t0 = 0, t1 = 0;
  double need0 = 0, need1 = 0;
  double cache0 = 0, cache1 = 0;
};

class NeedCurve {
 public:
  // `most_mib`: the curve never exceeds it, except where a row does; 0: no bound.
  NeedCurve(const Trace& trace, std::size_t vm, Texture texture, std::uint64_t seed, double most_mib = 0);

  const Piece& piece() const { return piece_; }
  // To the next piece; false at the end, where the last piece stays.
  bool next();

 private:
  bool load();  // the next two rows with different times
  void roughen(double t0, double t1);
  double scale() const;

  RowCursor cursor_;
  Texture texture_;
  Random random_;
  double most_;
  std::vector<Row> ahead_;  // a window of rows: up to two before the current, the current two, two after
  std::size_t current_ = 0;
  bool more_ = true;
  std::vector<double> knots_;
  std::size_t knot_ = 0;
  Piece whole_, piece_;
};

}  // namespace aerostat::sim
