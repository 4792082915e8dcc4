// Live: what the view shows, as read from the daemon's answers, with the last minutes of each VM. Any JSON is
// taken: what has another type is missing. A missing number is shown as missing, never as zero.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace aerostat::top {

using Json = nlohmann::ordered_json;

struct Vm {
  std::string name, status, status_text, note, mode, integration, os, devices;  // clean
  std::optional<Bytes> assigned, visible, demand, wanted, resident, available, swap_used, minimum, maximum,
      startup;
  std::optional<double> pressure, age_s;
  std::optional<std::int64_t> weight, buffer, oom_kills;
};

struct Host {
  std::string version, note;
  bool paused = false;
  std::optional<Bytes> capacity, reserve, reserved, committed, free, over_committed;
};

// Of one second.
struct Point {
  std::optional<Bytes> assigned, demand;
  std::optional<double> pressure;
};
inline constexpr std::size_t kMostPoints = 600;

class Live {
 public:
  // What the history has of the minutes before the first answers: answers of /v1/history?each=ID, any of
  // which may be null.
  void recall(const Json& assigned, const Json& demand, const Json& pressure);
  // Both answers of one second: /v1/host and /v1/vms?all=1.
  void take(const Json& host, const Json& vms);
  // The daemon was not reached: what was read last stays, and is shown as old.
  void lose(const std::string& why);

  bool empty() const { return !heard_; }
  const std::string& why_lost() const { return why_lost_; }
  const Host& host() const { return host_; }
  const std::vector<Vm>& vms() const { return vms_; }
  const Vm* find(const std::string& name) const;
  // The newest last; empty for an unknown VM.
  const std::deque<Point>& history(const std::string& name) const;

 private:
  bool heard_ = false;
  std::string why_lost_;
  Host host_;
  std::vector<Vm> vms_;
  std::map<std::string, std::deque<Point>> history_;
};

}  // namespace aerostat::top
