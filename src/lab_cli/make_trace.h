// `aerostat trace`: makes a trace for `aerostat simulate` from recordings. Does not need aerostatd.
#pragma once

#include <string>
#include <vector>

#include "console/surroundings.h"
#include "sim/trace/convert.h"

namespace CLI {
class App;
}

namespace aerostat {

class MakeTrace {
 public:
  explicit MakeTrace(CLI::App& app);
  bool asked() const;
  int run(const Surroundings& around) const;

 private:
  sim::ConvertOptions options() const;

  CLI::App* command_;
  std::vector<std::string> files_;
  std::string output_ = "-", cache_ = "all", limit_;
  double tolerance_ = 0;
  bool together_ = false, force_ = false;
};

}  // namespace aerostat
