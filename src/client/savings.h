// Savings: what VMs hold, what they were seen to need, and what managing them would save. Pure: from the
// API's list of VMs. It says for each VM where the number is from, and counts nothing that is not known.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace aerostat {

using Json = nlohmann::ordered_json;

struct Saving {
  std::string vm;
  bool managed = false;  // it is dynamic already
  bool can_be = false;   // it has a device for it
  Bytes holds;
  std::optional<Bytes> needs;  // with headroom; never more than it holds
  std::string evidence;
  Bytes saves() const { return needs && !managed ? holds - *needs : Bytes{}; }
};

// The largest first. `vms`: the items of GET /v1/vms.
std::vector<Saving> savings_of(const Json& vms);
std::string render_savings(const std::vector<Saving>& savings);
Json savings_json(const std::vector<Saving>& savings);

}  // namespace aerostat
